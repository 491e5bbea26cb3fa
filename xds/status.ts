import type { XdsNode } from './node.ts';
import type { ResourceStatus } from './protocol/resource-status.ts';
import type { Settled } from './protocol/settled.ts';
import type { XdsStream } from './protocol/stream.ts';
import type { Nack, TypeState } from './protocol/type-state.ts';
import type { TypeUrl } from './types.ts';

/** How one stream stands, for people and programs that look from outside. Times are milliseconds since 1970. */
export type StreamStatus = {
  readonly id: number;
  readonly key: string;
  readonly node: XdsNode;
  readonly variant: 'delta' | 'sotw';
  readonly peer: string;
  readonly connectedAt: number;
  readonly types: readonly TypeStatus[];
};

/** One client, and how it stands with each of its resources: made when asked for. */
export type XdsClient = Omit<StreamStatus, 'types'> & { resources(): readonly ResourceStatus[] };

/** How one type of one stream stands. A client that came back with all that it needs is acknowledged without having said so. `resources` is how many the client was sent and still has. */
export type TypeStatus = {
  readonly typeUrl: TypeUrl;
  readonly resources: number;
  readonly settled: Settled;
  readonly acked: { readonly version: string; readonly at: number } | undefined;
  /** The response that waits for its ACK. */
  readonly outstanding: { readonly version: string; readonly sentAt: number } | undefined;
  readonly nacked: Nack | undefined;
  /** The version of a name that the client was sent, or inherited from an earlier stream; undefined where it has none, or SotW does not tell. */
  readonly held: (name: string) => string | undefined;
};

/** A stream's status as it is now. */
export function streamStatus(
  connection: Omit<StreamStatus, 'types'> & { readonly stream: XdsStream },
): StreamStatus {
  const { id, key, node, variant, peer, connectedAt, stream } = connection;
  return {
    id,
    key,
    node,
    variant,
    peer,
    connectedAt,
    types: Array.from(stream.types.values(), (type) => typeStatus(type, stream)),
  };
}

function typeStatus(
  { typeUrl, known, acked, outstanding, nacked }: TypeState,
  stream: XdsStream,
): TypeStatus {
  return {
    typeUrl,
    resources: known.size,
    settled: stream.settled(typeUrl),
    acked,
    outstanding: outstanding && { version: outstanding.version, sentAt: outstanding.sentAt },
    nacked,
    held: (name) => known.get(name)?.version,
  };
}
