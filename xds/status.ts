import type { XdsNode } from './node.ts';
import type { ResourceStatus } from './protocol/resource-status.ts';
import type { Settled, XdsStream } from './protocol/stream.ts';
import type { Refusal, TypeState } from './protocol/type-state.ts';
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
  readonly acknowledged: { readonly version: string; readonly at: number } | undefined;
  /** The response that waits for its answer. */
  readonly outstanding: { readonly version: string; readonly sentAt: number } | undefined;
  readonly refused: Refusal | undefined;
  /** The version that the client was sent or brought of a name; undefined where it has none, or state of the world does not tell. */
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
  { typeUrl, known, acknowledged, outstanding, refused }: TypeState,
  stream: XdsStream,
): TypeStatus {
  return {
    typeUrl,
    resources: known.size,
    settled: stream.settled(typeUrl),
    acknowledged,
    outstanding: outstanding && { version: outstanding.version, sentAt: outstanding.sentAt },
    refused,
    held: (name) => known.get(name)?.version,
  };
}
