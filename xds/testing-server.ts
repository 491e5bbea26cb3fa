import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServiceName } from './service.ts';
import { createXdsServer, type XdsServer, type XdsServerOptions } from './server.ts';

/** An ADS server on loopback, on a port of its own or on the one given; `keyOf` is the node's id unless given. For tests. */
export async function listenForTest(
  options: Partial<XdsServerOptions> = {},
  port = 0,
  services: readonly ServiceName[] = [],
): Promise<{ readonly xds: XdsServer; readonly port: number; readonly stop: () => void }> {
  const xds = createXdsServer({ keyOf: ({ id }) => id, ...options });
  const grpc = new Server();
  xds.addTo(grpc, ...services);
  const bound = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error === null ? resolve(at) : reject(error),
    );
  });
  return { xds, port: bound, stop: () => grpc.forceShutdown() };
}
