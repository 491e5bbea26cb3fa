import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import type { Program } from './program.ts';
import { SIDECAR_UID } from './sidecar.ts';
import type { Stage } from '../stage.ts';

/** Options of an Envoy without an agent, which connects to the control plane itself. */
export type PlainEnvoyOptions = {
  /** Its node.id. */
  readonly id: string;
  /** The address of ADS, `host:port`. */
  readonly ads: string;
  readonly apiType: 'DELTA_GRPC' | 'GRPC';
  /** Which of Envoy's gRPC clients it uses. Default: Envoy's own. */
  readonly grpcClient?: 'envoy' | 'google';
  /** The features that it announces under `node.metadata.daybreak`. Default: none. */
  readonly features?: Readonly<Record<string, unknown>>;
  /** How long a changed or removed filter chain is drained. Default: Envoy's. */
  readonly drainSeconds?: number;
};

/** Starts a plain Envoy on a host, as uid 1337; its admin interface is on port 9901. */
export function startPlainEnvoy(host: Host, { envoy }: Stage, options: PlainEnvoyOptions): Program {
  const folder = join(host.folder, 'envoy');
  mkdirSync(folder, { recursive: true });
  chownSync(folder, SIDECAR_UID, SIDECAR_UID);
  const path = join(folder, 'envoy.json');
  writeFileSync(path, JSON.stringify(bootstrap(options)));
  const { drainSeconds } = options;
  const drain = drainSeconds === undefined ? [] : ['--drain-time-s', `${drainSeconds}`];
  const args = ['-c', path, '--disable-hot-restart', '--concurrency', '1', ...drain];
  return host.spawn('envoy', envoy, args, { uid: SIDECAR_UID, log: join(host.folder, 'envoy.log') });
}

function bootstrap({ id, ads, apiType, grpcClient = 'envoy', features }: PlainEnvoyOptions) {
  const service =
    grpcClient === 'envoy'
      ? { envoy_grpc: { cluster_name: 'ads' } }
      : { google_grpc: { target_uri: ads, stat_prefix: 'ads' } };
  const [address, port] = ads.split(':');
  const source = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  return {
    node: { id, cluster: id, ...(features === undefined ? {} : { metadata: { daybreak: features } }) },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 9901 } } },
    dynamic_resources: {
      ads_config: { api_type: apiType, transport_api_version: 'V3', grpc_services: [service] },
      cds_config: source,
      lds_config: source,
    },
    static_resources: {
      clusters: [
        {
          name: 'ads',
          type: 'STATIC',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'ads',
            endpoints: [
              {
                lb_endpoints: [
                  { endpoint: { address: { socket_address: { address, port_value: Number(port) } } } },
                ],
              },
            ],
          },
        },
      ],
    },
  };
}
