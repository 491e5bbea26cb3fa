import { expect, test } from 'vitest';
import { readAgentSettings } from './settings.ts';
import { statsConfig } from './bootstrap-stats.ts';

const env = {
  APPMESH_VIRTUAL_NODE_NAME: 'mesh/m/virtualNode/n',
  APPMESH_XDS_ENDPOINT: 'http://127.0.0.1:18000',
};

// As App Mesh's bootstrap had them, found anywhere in a name.
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
  const tags: Record<string, string | undefined> = {};
  for (const { tagName, ...tag } of statsConfig(readAgentSettings(env)).statsTags) {
    if ('regex' in tag) tags[tagName] ??= new RegExp(tag.regex).exec(name)?.[1];
  }
  const expected = Object.entries(APP_MESH).map(([tag, regex]) => [tag, regex.exec(name)?.[1]] as const);
  expect(tags).toEqual(Object.fromEntries(expected));
});
