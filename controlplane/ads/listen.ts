import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostPort } from '../../common/host-port.ts';
import { addStatusService } from '../../xds/csds/service.ts';
import { addHealthService } from '../../xds/grpc/health.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import type { XdsServer } from '../../xds/server.ts';
import { SERVICE_NAMES, SERVICES } from '../../xds/service.ts';
import type { Connection } from '../../xds/grpc/connection.ts';
import { createConnectionTracker, type ConnectionTracker } from '../connections/connection-tracker.ts';
import type { ConnectionSlot } from '../connections/connection-limiter.ts';
import { accept } from './accept.ts';
import type { Admission } from './access/admission.ts';
import { createDrainQueue } from './drain-queue.ts';
import { acceptTls, type AdsTls } from './access/accept-tls.ts';

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

// App Mesh's Envoys and our agents ping every 10 s without data. The server pings too, so that a peer that vanished is
// noticed, in 40 s at the latest.
const KEEP_ALIVE = { everyMs: 30_000, timeoutMs: 10_000 };

/** What a health check may ask for: `envoy.service.discovery.v3.AggregatedDiscoveryService` and the service of each type. */
const SERVICES_ASKED_FOR = new Set(Object.values(SERVICES).map(({ sotw }) => sotw.path.split('/')[1] ?? ''));

/** How long the last statuses may take to their clients. */
const LAST_BYTES_MS = 1000;

const UNLIMITED = { all: Infinity, strangers: Infinity };

/** How clients reach it. `tls`: default plain text. `tracker`: default one without limits. */
export type ListenAdsOptions = {
  readonly tls?: AdsTls | undefined;
  readonly tracker?: ConnectionTracker;
  /** How old a connection may become, in milliseconds, a tenth more or less. Default: as old as it likes. */
  readonly maxAgeMs?: number | undefined;
};

/** Serves ADS, each type's own service, and CSDS, over TLS where there is a certificate, to those whom `admission` lets in. Rejects when the address cannot be had. */
export async function listenAds(
  xds: XdsServer,
  { host, port }: HostPort,
  admission: Admission,
  {
    tls,
    tracker = createConnectionTracker({ limits: UNLIMITED, onClosed: () => undefined }),
    maxAgeMs,
  }: ListenAdsOptions = {},
): Promise<AdsListener> {
  const slots = new WeakMap<Connection, ConnectionSlot>();
  const server = createGrpcServer({
    guard(call, enter) {
      admission.guard(call, enter, () => {
        const end = slots.get(call.connection)?.beginCall();
        if (end !== undefined) call.whenOver(end);
      });
    },
    keepAlive: KEEP_ALIVE,
    maxAge:
      maxAgeMs === undefined
        ? undefined
        : { ms: maxAgeMs, onReached: createDrainQueue(admission.drainConnection) },
  });
  xds.addTo(server, ...SERVICE_NAMES);
  addStatusService(server, xds);
  let isStopping = false;
  addHealthService(server, SERVICES_ASKED_FOR, () => !isStopping);
  const serve = (socket: Socket): void => {
    const connection = tracker.of(socket);
    if (connection === undefined) return void socket.destroy();
    slots.set(server.serve(socket, connection.peer), connection.slot);
  };
  const secure = tls && acceptTls(tls, serve);
  const acceptor = await accept({ host, port }, (socket) => {
    socket.on('error', () => undefined);
    tracker.track(socket, () => (secure?.handshake ?? serve)(socket));
  });
  function close(): void {
    acceptor.close();
    secure?.close();
    server.close();
  }
  return {
    address: acceptor.address,
    async stop(limitMs, signal) {
      isStopping = true;
      acceptor.close();
      const gone = server.drain();
      await admission.drain(limitMs, signal);
      await Promise.race([gone, sleep(LAST_BYTES_MS, undefined, { ref: false })]);
      close();
    },
    close,
  };
}
