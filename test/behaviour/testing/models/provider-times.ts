import type { Duration } from '../../../../controlplane/model/types.ts';
import { backends, inputsOf, on, type Input } from '../inputs.ts';

/**
 * The listeners of `target`: one per protocol with a request time-out (tcp: an idle time-out), one with an idle time-out and without a request
 * time-out, and one with none.
 */
export const PORTS = { http: 7401, http2: 7402, grpc: 7403, tcp: 7404, silent: 7405, plain: 7406 } as const;

/** The port of the virtual gateway. */
export const GATE = 8080;

/** Returns a mesh in which a node and a gateway call virtual node `target`, on host `app`, without a router. */
export function timesModel({
  perRequest,
  idle,
}: {
  readonly perRequest: Duration;
  readonly idle: Duration;
}): readonly Input[] {
  const is = inputsOf('m');
  return [
    is.mesh(),
    is.node('target', {
      listeners: [
        on(PORTS.http, 'http', { timeout: { http: { perRequest } } }),
        on(PORTS.http2, 'http2', { timeout: { http2: { perRequest } } }),
        on(PORTS.grpc, 'grpc', { timeout: { grpc: { perRequest } } }),
        on(PORTS.tcp, 'tcp', { timeout: { tcp: { idle } } }),
        on(PORTS.silent, 'http', { timeout: { http: { idle, perRequest: { unit: 's', value: 0 } } } }),
        on(PORTS.plain, 'http'),
      ],
      serviceDiscovery: { dns: { hostname: 'app' } },
    }),
    is.service('target.local', { node: 'target' }),
    is.node('client', { backends: backends(['target.local']) }),
    is.gateway('gate', { listeners: [{ portMapping: { port: GATE, protocol: 'http' } }] }),
    is.gatewayRoute('gate', 'all', {
      httpRoute: {
        match: { prefix: '/' },
        action: { target: { virtualService: { virtualServiceName: 'target.local' }, port: PORTS.http } },
      },
    }),
  ];
}

/** The app of that mesh. */
export const timesApp = {
  http: [PORTS.http, PORTS.silent, PORTS.plain],
  http2: [PORTS.http2],
  grpc: [PORTS.grpc],
  tcp: [PORTS.tcp],
} as const;
