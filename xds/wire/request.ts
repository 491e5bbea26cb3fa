import type { XdsNode } from '../node.ts';
import type { Resource, TypeUrl } from '../types.ts';

/** The fields of every request, in either variant. `nonce` is empty if the request answers no response. */
type RequestBase = {
  /** Only on the first request of a stream; later ones may leave it out. */
  readonly node: XdsNode | undefined;
  readonly typeUrl: TypeUrl;
  readonly nonce: string;
  /** Set if the request NACKs the response that `nonce` names: the client's message. */
  readonly error: string | undefined;
};

/** A request of `StreamAggregatedResources`. */
export type SotwRequest = RequestBase & {
  readonly names: readonly string[];
  /** The version of the client's resources of this type; empty if it has none. */
  readonly version: string;
};

/** A request of `DeltaAggregatedResources`. */
export type DeltaRequest = RequestBase & {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly initialVersions: Readonly<Record<string, string>>;
};

/** A response in either variant, before it is encoded. */
export type Response = {
  readonly typeUrl: TypeUrl;
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly Resource[];
  /** Names that were removed, or do not exist. State of the world can express that for endpoints only. */
  readonly removed: readonly string[];
};

/** A queued response. It is encoded when it is sent, so that responses that wait for a slow reader hold no copy. */
export type OutgoingResponse = {
  readonly typeUrl: TypeUrl;
  /** Encodes the response. The bytes are valid until the next response of any stream is encoded. */
  readonly encode: () => Buffer;
};
