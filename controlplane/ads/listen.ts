import { Server } from '@grpc/grpc-js';
import type { Followed } from '../../common/followed-files.ts';
import { formatHostPort, type HostPort } from '../../common/host-port.ts';
import type { XdsServer } from '../../xds/server.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import { adsServerCredentials } from './server-credentials.ts';

/** A gRPC server that listens. */
export type AdsListener = {
  /** The real port, also where 0 was asked for. */
  readonly address: HostPort;
  /** Takes no new streams, and ends those that are there. */
  close(): void;
};

// Agents and Envoys ping every 10 s without data (App Mesh's channel arguments); the server pings too, so that a peer
// that vanished is noticed.
const OPTIONS = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_send_message_length': -1,
};

/** Serves ADS, over TLS where there is a certificate. Rejects when the address cannot be had. */
export async function listenAds(
  xds: XdsServer,
  { host, port }: HostPort,
  tls?: Followed<ServerCertificate>,
): Promise<AdsListener> {
  const server = new Server(OPTIONS);
  xds.addTo(server);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(formatHostPort({ host, port }), adsServerCredentials(tls), (error, at) =>
      error === null ? resolve(at) : reject(error),
    );
  });
  return { address: { host, port: bound }, close: () => server.forceShutdown() };
}
