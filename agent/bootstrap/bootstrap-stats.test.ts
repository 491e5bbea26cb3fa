import { expect, test } from 'vitest';
import { readAgentSettings } from '../settings/settings.ts';
import { statsConfig } from './bootstrap-stats.ts';

const env = {
  APPMESH_VIRTUAL_NODE_NAME: 'mesh/m/virtualNode/n',
  APPMESH_XDS_ENDPOINT: 'http://127.0.0.1:18000',
};

// The expressions of App Mesh's bootstrap, which match anywhere in a name.
const APP_MESH: Readonly<Record<string, RegExp>> = {
  'appmesh.listener_protocol': /.*?\.ingress\.((\w+?)\.)[0-9]+?\.(.+?)$/,
  'appmesh.listener_port': /.*?\.ingress\.\w+?\.(([0-9]+?)\.)(.+?)$/,
  envoy_rds_route_config: /.*?\.ingress\.\w+?\.[0-9]+?\.rds\.((.*?)\.)(.+?)$/,
};

test.each([
  'http.ingress.downstream_rq_total',
  'http.ingress.http.5555.downstream_rq_total',
  'http.ingress.grpc.9000.downstream_cx_length_ms',
  'http.ingress.http.5555.rds.rds_ingress_http_5555.version_text',
  'tcp.ingress.tcp.3306.downstream_cx_total',
  'listener.0.0.0.0_15000.http.ingress.downstream_rq_2xx',
  'listener.0.0.0.0_15000.http.ingress.http.5555.downstream_rq_2xx',
  'listener.[__]_15000.http.ingress.http2.8080.downstream_rq_5xx',
  'http.egress.rds.rds_egress_http_15001.version_text',
  'cluster.cds_ingress_m_n_http_8080.upstream_rq_total',
  'vhost.colorteller.default.svc.cluster.local.vcluster.other.upstream_rq_total',
])("%s loses what App Mesh's tags took out of it, and nothing else", (name) => {
  const expected = Object.entries(APP_MESH).map(([tag, regex]) => [tag, regex.exec(name)?.[1]] as const);
  expect(taken(name, env)).toEqual(Object.fromEntries(expected.filter(([, part]) => part !== undefined)));
});

const DOTTED: readonly (readonly [string, string, string])[] = [
  ['cluster.', 'cds_egress_m_a.b_http_80', '.upstream_cx_total'],
  ['cluster.', 'cds_egress_m.dev_a_http2_80', '.upstream_rq_200'],
  ['cluster.', 'cds_ingress_m_a.b_grpc_80', '.ssl.versions.TLSv1.3'],
  ['cluster.', 'cds_egress_m_a_http_80.b_tcp_81', '.circuit_breakers.default.cx_open'],
  ['cluster.', 'cds_ingress_m_gate.way_self_redirect_8080_http_15001', '.upstream_cx_total'],
  ['cluster.', 'cds_egress_m.dev_amazonaws', '.upstream_cx_total'],
  ['cluster.', 'cds_egress_m.dev_mesh-allow-all', '.upstream_cx_total'],
  ['extension_config_discovery.network_filter.', 'egress_tcp_5432_db.local', '.config_reload'],
  ['sds.', 'file_/keys/a.pem;/keys/b.pem', '.key_rotation_failed'],
];
const TAGS = {
  cluster: 'envoy.cluster_name',
  extension_config_discovery: 'envoy_extension_config',
  sds: 'envoy_sds_secret',
};

test.each(DOTTED)('the tag takes the whole name in the middle out of %s%s%s', (before, name, after) => {
  const [family = ''] = before.split('.');
  expect(taken(`${before}${name}${after}`, env)).toEqual({ [TAGS[family as keyof typeof TAGS]]: `${name}.` });
});

test.each(DOTTED)('with DogStatsD, %s%s%s keeps the name in the middle', (before, name, after) => {
  expect(taken(`${before}${name}${after}`, { ...env, ENABLE_ENVOY_DOG_STATSD: '1' })).toEqual({});
});

// The expressions of App Mesh's metrics extension.
const EXTENSION: Readonly<Record<string, RegExp>> = {
  TargetVirtualNode: /^appmesh(?:\..+?\..+?)*(\.TargetVirtualNode\.(.+?))(?:\..+?\..+?)*\.(?:.+)$/,
  TargetVirtualService: /^appmesh(?:\..+?\..+?)*(\.TargetVirtualService\.([^MVT]+))(?:\..+?\..+?)*\.(?:.+)$/,
};

test.each([
  'appmesh.TargetVirtualNode.blue.TargetVirtualService.colors.default.local.RequestCountPerTarget',
  'appmesh.TargetVirtualService.colors.local.TargetVirtualNode.blue.RequestCountPerTarget',
  'appmesh.RequestCount',
  'cluster.cds_egress_m_appmesh_http_80.upstream_rq_total',
])("with the metrics extension, %s loses what App Mesh's tags took out of it", (name) => {
  const expected = Object.entries(EXTENSION).map(([tag, regex]) => [tag, regex.exec(name)?.[1]] as const);
  expect(taken(name, { ...env, APPMESH_METRIC_EXTENSION_VERSION: '1' })).toEqual(
    Object.fromEntries(expected.filter(([, part]) => part !== undefined)),
  );
  expect(taken(name, env)).toEqual({});
});

/** Applies tags to a statistic's name as Envoy does: the first matching expression of each tag. */
function taken(name: string, from: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const { tagName, ...tag } of statsConfig(readAgentSettings(from)).statsTags) {
    const part = 'regex' in tag ? new RegExp(tag.regex).exec(name)?.[1] : undefined;
    if (part !== undefined) tags[tagName] ??= part;
  }
  return tags;
}
