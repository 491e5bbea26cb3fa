import type { XdsNode } from './node.ts';
import type { ResourceStatus } from './protocol/resource-status.ts';
import type { Settled } from './protocol/settled.ts';
import type { XdsStream } from './protocol/stream.ts';
import type { Nack, TypeState } from './protocol/type-state.ts';
import type { TypeUrl } from './types.ts';

/** The status of one stream, for operators and monitoring. Times are milliseconds since 1970. */
export type StreamStatus = {
  readonly id: number;
  readonly key: string;
  readonly node: XdsNode;
  readonly variant: 'delta' | 'sotw';
  readonly peer: string;
  readonly connectedAt: number;
  readonly types: readonly TypeStatus[];
};

/** One client. `resources` computes the state of each of its resources. */
export type XdsClient = Omit<StreamStatus, 'types'> & { resources(): readonly ResourceStatus[] };

/**
 * The status of one type on one stream. A client that reconnected with all resources counts as `acked` without an ACK. `resources` is
 * the number of resources that the client was sent and still has.
 */
export type TypeStatus = {
  readonly typeUrl: TypeUrl;
  readonly resources: number;
  readonly settled: Settled;
  readonly acked: { readonly version: string; readonly at: number } | undefined;
  /** The response that waits for its ACK. */
  readonly outstanding: { readonly version: string; readonly sentAt: number } | undefined;
  readonly nacked: Nack | undefined;
  /**
   * Returns the version of a name that the client was sent, or inherited from an earlier stream; undefined if it has none, or if SotW
   * does not report it.
   */
  readonly held: (name: string) => string | undefined;
};

/** Returns the current status of a stream. */
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
