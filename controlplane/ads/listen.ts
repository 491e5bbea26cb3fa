import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostPort } from '../../common/addresses/host-port.ts';
import { addStatusService } from '../../xds/csds/service.ts';
import { addHealthService } from '../../xds/grpc/health.ts';
import { createGrpcServer, type GrpcServer } from '../../xds/grpc/server.ts';
import type { XdsServer } from '../../xds/server.ts';
import { SERVICE_NAMES, SERVICES } from '../../xds/service.ts';
import type { Connection } from '../../xds/grpc/connection.ts';
import { createConnectionTracker, type ConnectionTracker } from '../connections/connection-tracker.ts';
import type { ConnectionSlot } from '../connections/connection-limiter.ts';
import { accept } from './accept.ts';
import type { Admission } from './access/admission.ts';
import { createDrainQueue } from './pacing/drain-queue.ts';
import { acceptTls, type AdsTls } from './access/accept-tls.ts';

/** A listening gRPC server. */
export type AdsListener = {
  /** The bound port, also if port 0 was requested. */
  readonly address: HostPort;
  /**
   * Drains: accepts no new connections, sends GOAWAY on the open ones, and ends their streams evenly within `limitMs`, or at
   * once when `signal` is aborted. Resolves when all are gone.
   */
  stop(limitMs: number, signal: AbortSignal): Promise<void>;
  /** Closes all connections at once. */
  close(): void;
};

// App Mesh's Envoys and our agents ping every 10 s without data. The server pings too, so that it notices a vanished peer
// within 40 s.
const KEEP_ALIVE = { everyMs: 30_000, timeoutMs: 10_000 };

/** Services that a health check may name: `envoy.service.discovery.v3.AggregatedDiscoveryService` and the service of each type. */
const SERVICES_ASKED_FOR = new Set(Object.values(SERVICES).map(({ sotw }) => sotw.path.split('/')[1] ?? ''));

/** 'close' follows each error. */
function ignored(): void {}

/** Time limit for sending the last gRPC statuses to clients, in milliseconds. */
const LAST_BYTES_MS = 1000;

const UNLIMITED = { all: Infinity, strangers: Infinity };

/** Transport options. `tls`: default plaintext. `tracker`: default no limits. */
export type ListenAdsOptions = {
  readonly tls?: AdsTls | undefined;
  readonly tracker?: ConnectionTracker;
  /** Maximum age of a connection, in milliseconds, plus or minus a tenth. Default: no maximum. */
  readonly maxAgeMs?: number | undefined;
  /** Further services, behind the same admission. Default: none. */
  readonly services?: readonly { addTo(server: GrpcServer): void }[];
};

/**
 * Serves ADS, the service of each type, and CSDS to the clients that `admission` admits, over TLS if there is a certificate.
 * Rejects if the address cannot be bound.
 */
export async function listenAds(
  xds: XdsServer,
  { host, port }: HostPort,
  admission: Admission,
  {
    tls,
    tracker = createConnectionTracker({ limits: UNLIMITED, onClosed: () => undefined }),
    maxAgeMs,
    services = [],
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
  for (const service of services) service.addTo(server);
  let isStopping = false;
  addHealthService(server, SERVICES_ASKED_FOR, () => !isStopping);
  const serve = (socket: Socket, connection = tracker.of(socket)): void => {
    if (connection === undefined) return void socket.destroy();
    slots.set(server.serve(socket, connection.peer, connection.since), connection.slot);
  };
  const secure = tls && acceptTls(tls, serve);
  const acceptor = await accept({ host, port }, (socket) => {
    socket.on('error', ignored);
    tracker.track(socket, secure !== undefined, (connection) => {
      if (secure === undefined) serve(socket, connection);
      else secure.handshake(socket);
    });
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
