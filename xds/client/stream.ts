import { errorText } from '../../common/error-text.ts';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { DeltaDiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { openCall, type CallOptions, type CallOutcome, type ClientCall } from '../grpc/client-call.ts';
import type { ServerAddress } from '../grpc/client-connection.ts';
import { status, statusName, type Status } from '../grpc/status.ts';
import { DELTA_METHOD } from '../service.ts';

/** One server. */
export type Upstream = {
  readonly address: ServerAddress;
  /**
   * Returns the TLS settings and the headers with credentials. Called per connection, because files may have changed; an error that it
   * throws counts as a failed attempt. Default: plain text, without credentials.
   */
  readonly secure?: () => Pick<CallOptions, 'tls' | 'headers'>;
  /**
   * Resolves when the server accepts TCP connections, and rejects otherwise. Called before an attempt that follows one without any
   * answer: the client then notices at once that a network drops no packets any more, and not only when a SYN is sent again.
   */
  readonly reach?: (signal: AbortSignal) => Promise<void>;
};

/** Why a stream ended. `refused`: the server refused this client, rather than failed. */
export type StreamEnd = { readonly reason: string; readonly refused: boolean };

/** Callbacks of a stream. None is called after `onEnd`, nor after `close`. */
export type StreamEvents = {
  /** The server has accepted the stream: its headers arrived. */
  readonly onHeard: (peer: string) => void;
  /** A response. Its bytes are valid until this returns. */
  readonly onResponse: (bytes: Buffer) => void;
  readonly onEnd: (end: StreamEnd) => void;
};

/** A delta request without its node, which the stream adds to the first request. */
export type DeltaRequestInit = Omit<
  MessageInitShape<typeof DeltaDiscoveryRequestSchema>,
  '$typeName' | 'node'
>;

/** Starts a further call on a connection, by the path of its method. It ends with the connection. */
export type OpenBeside = ClientCall['openBeside'];

/** One delta stream to one server, on a connection of its own. */
export type ClientStream = {
  readonly upstream: Upstream;
  readonly send: (request: DeltaRequestInit) => void;
  /** Starts a further call on the connection. Only for a stream that the server has accepted. */
  readonly openBeside: OpenBeside;
  /** Ends the stream without a callback. */
  readonly close: () => void;
  /** Ends the stream, and passes the reason to `onEnd`. */
  readonly fail: (reason: string) => void;
};

/** Options that all streams of a client share. */
export type StreamOptions = {
  /** Returns the client's node; called per connection. */
  node(): MessageInitShape<typeof DeltaDiscoveryRequestSchema>['node'];
};

/** Detects a silent server within 18 s. */
const KEEP_ALIVE = { everyMs: 10_000, timeoutMs: 8000 };

/** Opens a stream. It sets no time limit for the server's headers: that is up to the caller. */
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
    // Deferred, because the caller does not have the stream yet.
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
    openBeside(path, its) {
      if (call === undefined) throw new Error('a stream that has no connection');
      return call.openBeside(path, its);
    },
    close,
    fail,
  };
}

/** Formats a server's address: `host:port`, `[::1]:18000`, `unix:/path`. */
export function nameOf(address: ServerAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Codes by which a server refuses this client, as opposed to codes for a failure. */
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
  const word = statusName(code);
  const words = `${code} ${word}: ${details}`;
  const refused = REFUSALS.includes(code);
  return { reason: refused ? `refused by ${name}: ${words}` : `${name}: ${words}`, refused };
}
