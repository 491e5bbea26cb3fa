import { errorText } from '../../common/error-text.ts';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { DeltaDiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import {
  openCall,
  type CallOptions,
  type CallOutcome,
  type ClientCall,
  type ServerAddress,
} from '../grpc/client-call.ts';
import { status, type Status } from '../grpc/status.ts';
import { DELTA_METHOD } from '../service.ts';

/** One server that can be asked. */
export type Upstream = {
  readonly address: ServerAddress;
  /**
   * How it is spoken to: TLS, and headers with credentials. Called for each connection, because files may have changed; what it
   * throws counts as a failed attempt. Default: plain text, without credentials.
   */
  readonly secure?: () => Pick<CallOptions, 'tls' | 'headers'>;
  /**
   * Resolves when the server accepts TCP connections, and rejects otherwise. It is asked before an attempt that follows one
   * without any answer: a network that drops packets is noticed to be back at once, and not when a SYN is sent again.
   */
  readonly reach?: (signal: AbortSignal) => Promise<void>;
};

/** Why a stream ended. `refused`: the server said that it is the client that cannot be served. */
export type StreamEnd = { readonly reason: string; readonly refused: boolean };

/** What a stream tells its owner. Nothing more comes after `onEnd`, nor after `close`. */
export type StreamEvents = {
  /** The server has taken the stream: its headers came. */
  readonly onHeard: (peer: string) => void;
  /** A response, which stands where it is until this returns. */
  readonly onResponse: (bytes: Buffer) => void;
  readonly onEnd: (end: StreamEnd) => void;
};

/** A delta request without its node, which the stream adds to the first. */
export type DeltaRequestInit = Omit<
  MessageInitShape<typeof DeltaDiscoveryRequestSchema>,
  '$typeName' | 'node'
>;

/** One delta stream to one server, on a connection of its own. */
export type ClientStream = {
  readonly upstream: Upstream;
  readonly send: (request: DeltaRequestInit) => void;
  /** Ends it without a word to the owner. */
  readonly close: () => void;
  /** The same, and the owner is told why. */
  readonly fail: (reason: string) => void;
};

/** What each stream of a client is opened with. */
export type StreamOptions = {
  /** Who the client is; asked for on each connection. */
  node(): MessageInitShape<typeof DeltaDiscoveryRequestSchema>['node'];
};

/** A server that says nothing any more is noticed within 18 s. */
const KEEP_ALIVE = { everyMs: 10_000, timeoutMs: 8000 };

/** Opens a stream. It has no time limit of its own before the server's headers: its owner sets one. */
export function openStream(upstream: Upstream, options: StreamOptions, events: StreamEvents): ClientStream {
  const name = nameOf(upstream.address);
  let call: ClientCall | undefined;
  let isFirst = true;
  let isOver = false;

  function close(): void {
    isOver = true;
    call?.close();
  }

  function finish(end: StreamEnd): void {
    if (isOver) return;
    close();
    events.onEnd(end);
  }

  const fail = (reason: string): void => finish({ reason: `${name}: ${reason}`, refused: false });
  try {
    const { secure } = upstream;
    call = openCall(
      upstream.address,
      DELTA_METHOD.path,
      { ...secure?.(), keepAlive: KEEP_ALIVE },
      {
        onHeaders: events.onHeard,
        onMessage: events.onResponse,
        onEnd: (outcome) => finish(describeEnd(name, outcome)),
      },
    );
  } catch (error) {
    // The owner does not have the stream yet.
    setImmediate(() => fail(errorText(error)));
  }

  return {
    upstream,
    send(request) {
      const node = isFirst ? options.node() : undefined;
      isFirst = false;
      const message = create(
        DeltaDiscoveryRequestSchema,
        node === undefined ? request : { ...request, node },
      );
      call?.write(toBinary(DeltaDiscoveryRequestSchema, message));
    },
    close,
    fail,
  };
}

/** A server's address as people write it: `host:port`, `[::1]:18000`, `unix:/path`. */
export function nameOf(address: ServerAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Codes by which a server says that it is the client that cannot be served, and not that something failed. */
const REFUSALS: readonly Status[] = [
  status.INVALID_ARGUMENT,
  status.PERMISSION_DENIED,
  status.RESOURCE_EXHAUSTED,
  status.UNAUTHENTICATED,
];

function describeEnd(name: string, { code, details }: CallOutcome): StreamEnd {
  if (code === status.OK) {
    return { reason: `${name} ended the stream${details === '' ? '' : `: ${details}`}`, refused: false };
  }
  const word = Object.entries(status).find(([, each]) => each === code)?.[0] ?? '';
  const words = `${code} ${word}: ${details}`;
  const refused = REFUSALS.includes(code);
  return { reason: refused ? `refused by ${name}: ${words}` : `${name}: ${words}`, refused };
}
