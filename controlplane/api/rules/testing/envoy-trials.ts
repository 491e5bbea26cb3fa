import {
  address,
  any,
  httpListener,
  logLine,
  manager,
  type Config,
} from '../../../translate/testing/configs.ts';
import type { RULES } from '../catalog.ts';

type EnvoyRule = {
  [R in keyof typeof RULES]: (typeof RULES)[R] extends 'envoy' ? R : never;
}[keyof typeof RULES];

/** For each rule with the reason `envoy`, a configuration that violates it, and one that differs in nothing else. */
export const ENVOY_TRIALS: Readonly<Record<EnvoyRule, { readonly broken: Config; readonly valid: Config }>> =
  {
    'count-size': pair(
      (retries: number) => routed({ retry_policy: { num_retries: retries } }),
      2 ** 32,
      2 ** 32 - 1,
    ),
    'file-name-length': pair(
      (path: string) => httpListener({ log: { path } }),
      `/${'a'.repeat(256)}`,
      '/dev/null',
    ),
    'host-name': pair((name: string) => cluster({}, name), '', 'a.local'),
    'log-format': pair((format: string) => httpListener({ log: logLine(format) }), '%NOPE%', '%PROTOCOL%'),
    'outlier-time': pair((interval: string) => cluster({ outlier_detection: { interval } }), '0s', '1s'),
    'port-once': pair((second: number) => listeners([[1, [8080, second]]]), 8080, 8081),
    'proxy-port': pair(
      (port: number) =>
        listeners([
          [15_001, [1]],
          [port, [2]],
        ]),
      15_001,
      8080,
    ),
    'query-name': pair((name: string) => httpListener({ query: name }), '', 'a'),
    regex: pair((regex: string) => httpListener({ regex }), '(?=a)', 'a+'),
    'secret-name': pair((name: string) => secret(name), '', 'a'),
  };

function pair<T>(config: (value: T) => Config, broken: T, valid: T): { broken: Config; valid: Config } {
  return { broken: config(broken), valid: config(valid) };
}

/** A listener with a route to a cluster. */
function routed(action: Config): Config {
  const route = { match: { prefix: '/' }, route: { cluster: 'c', ...action } };
  return { ...httpListener({ routes: [route] }), ...cluster({}) };
}

/** Listeners, each with its port and the destination ports of its filter chains. */
function listeners(all: readonly (readonly [port: number, chains: readonly number[]])[]): Config {
  return {
    listeners: all.map(([port, chains], index) => ({
      name: `l${index}`,
      address: address('127.0.0.1', port),
      filter_chains: chains.map((each) => ({
        filter_chain_match: { destination_port: each },
        filters: [manager()],
      })),
    })),
  };
}

function cluster(extra: Config, hostname = 'a.local'): Config {
  return {
    clusters: [
      {
        name: 'c',
        type: 'LOGICAL_DNS',
        load_assignment: {
          cluster_name: 'c',
          endpoints: [{ lb_endpoints: [{ endpoint: { address: address(hostname, 80) } }] }],
        },
        ...extra,
      },
    ],
  };
}

function secret(name: string): Config {
  const source = 'extensions.upstreams.http.v3.HttpProtocolOptions';
  const sds = {
    resource_api_version: 'V3',
    api_config_source: {
      api_type: 'GRPC',
      transport_api_version: 'V3',
      grpc_services: [{ envoy_grpc: { cluster_name: 'sds' } }],
    },
  };
  const tls = any('extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
    common_tls_context: { validation_context_sds_secret_config: { name, sds_config: sds } },
  });
  const { clusters } = cluster({ transport_socket: { name: 'tls', typed_config: tls } }) as {
    clusters: Config[];
  };
  return {
    clusters: [
      {
        name: 'sds',
        typed_extension_protocol_options: {
          [`envoy.${source}`]: any(source, { explicit_http_config: { http2_protocol_options: {} } }),
        },
      },
      ...clusters,
    ],
  };
}
