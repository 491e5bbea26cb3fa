import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '@grpc/grpc-js';
import type { HostPort } from '../../common/host-port.ts';
import { addStatusService } from '../../xds/csds/service.ts';
import type { XdsServer } from '../../xds/server.ts';
import { SERVICE_NAMES } from '../../xds/service.ts';
import { accept } from './accept.ts';
import type { Admission } from './admission.ts';
import { adsServerCredentials, type AdsTls } from './server-credentials.ts';

/** A gRPC server that listens. */
export type AdsListener = {
  /** The real port, also where 0 was asked for. */
  readonly address: HostPort;
  /**
   * Takes no new connections, tells the clients of the others so (GOAWAY), and lets their streams go, evenly within
   * `limitMs`, or at once when `signal` is given. Resolves when all are gone.
   */
  stop(limitMs: number, signal: AbortSignal): Promise<void>;
  /** Ends everything at once. */
  close(): void;
};

// App Mesh's Envoys and our agents ping every 10 s without data, which grpc-js never minds. The server pings too, so that a
// peer that vanished is noticed, in 40 s at the latest.
const OPTIONS = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_send_message_length': -1,
  // Counters a connection and a message, for a service that is not offered.
  'grpc.enable_channelz': 0,
};

/** How long the last statuses may take to their clients. */
const LAST_BYTES_MS = 1000;

/** Serves ADS, each type's own service, and CSDS, over TLS where there is a certificate, to those whom `admission` lets in. Rejects when the address cannot be had. */
export async function listenAds(
  xds: XdsServer,
  { host, port }: HostPort,
  admission: Admission,
  tls?: AdsTls,
): Promise<AdsListener> {
  const server = new Server({ ...OPTIONS, interceptors: [admission.interceptor] });
  xds.addTo(server, ...SERVICE_NAMES);
  addStatusService(server, xds);
  const connections = server.createConnectionInjector(adsServerCredentials(tls));
  const acceptor = await accept({ host, port }, (socket) => connections.injectConnection(socket));
  return {
    address: acceptor.address,
    async stop(limitMs, signal) {
      acceptor.close();
      connections.drain(limitMs + LAST_BYTES_MS);
      await admission.letGo(limitMs, signal);
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      server.tryShutdown(() => resolve());
      await Promise.race([gone, sleep(LAST_BYTES_MS, undefined, { ref: false })]);
      server.forceShutdown();
    },
    close() {
      acceptor.close();
      server.forceShutdown();
    },
  };
}
