import type { NodeId } from '../draining.ts';

/** Which replicas have proxies of a virtual node or of its callers that are not settled. Callers may be connected to any replica. */
export type PendingReplicas = {
  /** Tells the others whether this replica has one. */
  readonly set: (node: NodeId, isPending: boolean) => void;
  readonly elsewhere: (node: NodeId) => boolean;
};

/** There is one replica. */
export const ONE_REPLICA: PendingReplicas = { set: () => undefined, elsewhere: () => false };
