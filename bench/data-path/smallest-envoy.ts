import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pair } from '../../controlplane/translate/access/testing/test-certificates.ts';
import type { Host } from '../../test/lab/host.ts';
import type { Program } from '../../test/lab/programs/program.ts';
import { SIDECAR_UID } from '../../test/lab/programs/sidecar.ts';
import type { Stage } from '../../test/lab/stage.ts';

/** A certificate of one's own, and the roots that it trusts. */
export type OwnTls = { readonly own: Pair; readonly roots: string };

/** An Envoy with one static listener and one static cluster: the minimum that forwards HTTP. */
export type SmallestEnvoyOptions = {
  readonly listenOn: number;
  /** The target of all requests, `host:port`. */
  readonly target: string;
  /** Mutual TLS of accepted connections, or of those to the target. Default: plain text. */
  readonly tls?: OwnTls & { readonly side: 'accepted' | 'target' };
};

/** Starts an Envoy with the smallest configuration that forwards HTTP, as uid 1337, with one worker. */
export function startSmallestEnvoy(host: Host, { envoy }: Stage, options: SmallestEnvoyOptions): Program {
  const folder = join(host.folder, 'envoy');
  mkdirSync(folder, { recursive: true });
  chownSync(folder, SIDECAR_UID, SIDECAR_UID);
  const path = join(folder, 'envoy.json');
  writeFileSync(path, JSON.stringify(configuration(options)));
  const args = ['-c', path, '--disable-hot-restart', '--concurrency', '1', '-l', 'warning'];
  return host.spawn('envoy', envoy, args, { uid: SIDECAR_UID, log: join(host.folder, 'envoy.log') });
}

function configuration({ listenOn, target, tls }: SmallestEnvoyOptions) {
  const socketOf = (side: 'accepted' | 'target') =>
    tls?.side === side ? { transport_socket: tlsSocket(tls) } : {};
  const [address, port] = target.split(':');
  const endpoint = { address: { socket_address: { address, port_value: Number(port) } } };
  return {
    static_resources: {
      listeners: [
        {
          address: { socket_address: { address: '0.0.0.0', port_value: listenOn } },
          filter_chains: [{ filters: [connectionManager()], ...socketOf('accepted') }],
        },
      ],
      clusters: [
        {
          name: 'target',
          type: 'STATIC',
          ...socketOf('target'),
          load_assignment: { cluster_name: 'target', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
        },
      ],
    },
  };
}

function tlsSocket({ side, own, roots }: NonNullable<SmallestEnvoyOptions['tls']>) {
  const type = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3';
  const common = {
    tls_params: { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' },
    tls_certificates: [
      { certificate_chain: { inline_string: own.chain }, private_key: { inline_string: own.key } },
    ],
    validation_context: { trusted_ca: { inline_string: roots } },
    alpn_protocols: ['http/1.1'],
  };
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config:
      side === 'accepted'
        ? {
            '@type': `${type}.DownstreamTlsContext`,
            common_tls_context: common,
            require_client_certificate: true,
          }
        : { '@type': `${type}.UpstreamTlsContext`, common_tls_context: common },
  };
}

function connectionManager() {
  const type = 'type.googleapis.com/envoy.extensions.filters';
  return {
    name: 'http',
    typed_config: {
      '@type': `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'http',
      http_filters: [{ name: 'router', typed_config: { '@type': `${type}.http.router.v3.Router` } }],
      route_config: {
        virtual_hosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [{ match: { prefix: '/' }, route: { cluster: 'target' } }],
          },
        ],
      },
    },
  };
}
