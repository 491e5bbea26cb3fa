import type { XdsNode } from '../node.ts';
import type { Resource, TypeUrl } from '../types.ts';

/** What every request has, in either variant. `nonce` is empty when it answers no response. */
type RequestBase = {
  /** Only on the first request of a stream; later ones may leave it out. */
  readonly node: XdsNode | undefined;
  readonly typeUrl: TypeUrl;
  readonly nonce: string;
  /** Set when the request NACKs the response that `nonce` names; the client's own words. */
  readonly error: string | undefined;
};

/** A request of `StreamAggregatedResources`. */
export type SotwRequest = RequestBase & {
  readonly names: readonly string[];
  /** Of what the client has of this type; empty when it has nothing. */
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
  /** Names that are gone, or do not exist. In state of the world, where there is a way to say so. */
  readonly removed: readonly string[];
};

/** A response on its way to a client. It is encoded when it leaves, so that what waits for a slow reader is no copy. */
export type OutgoingResponse = {
  readonly typeUrl: TypeUrl;
  /** The bytes stand where they are until the next response of any stream is encoded. */
  readonly encode: () => Buffer;
};
