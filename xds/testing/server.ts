import { listenGrpc } from '../grpc/listen.ts';
import { createGrpcServer } from '../grpc/server.ts';
import type { ServiceName } from '../service.ts';
import { createXdsServer, type XdsServer } from '../server.ts';
import type { XdsServerOptions } from '../server-options.ts';

/** Starts an ADS server on loopback, on a free port or on `port`. `keyOf` defaults to the node's id. For tests. */
export async function listenForTest(
  options: Partial<XdsServerOptions> = {},
  port = 0,
  services: readonly ServiceName[] = [],
): Promise<{ readonly xds: XdsServer; readonly port: number; readonly stop: () => void }> {
  const xds = createXdsServer({ keyOf: ({ id }) => id, ...options });
  const grpc = createGrpcServer();
  xds.addTo(grpc, ...services);
  const listener = await listenGrpc(grpc, { port });
  return { xds, port: listener.port, stop: listener.close };
}
