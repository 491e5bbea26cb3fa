import type { Change, MeshId, Resource, ResourceId } from '../mesh/resource.ts';

/** What one API call writes: all of it or nothing. */
export type Write = {
  /** The mesh that the caller looked at to decide. */
  readonly mesh: MeshId;
  /** That mesh's revision then (0: it did not exist). Another one now means that somebody wrote in between. */
  readonly expectedMeshRevision: number;
  readonly puts: readonly Resource[];
  readonly deletes: readonly ResourceId[];
};

/** What became of a write. `stale`: nothing was written; read `changesSince` and decide anew. */
export type Written =
  | { readonly outcome: 'committed'; readonly changes: readonly Change[] }
  | { readonly outcome: 'stale' };

/**
 * Keeps the model durably. A write that came back as committed survives the process being killed at any moment.
 * Revisions rise by one a commit, in commit order; all changes of one commit bear its revision.
 */
export type Store = {
  commit(write: Write): Promise<Written>;
  /** Every resource as the change that last touched it (deleted ones too), with a revision above `revision`, oldest first. */
  changesSince(revision: number): Promise<readonly Change[]>;
  /** Called after commits of this process, and as a hint after those of others; answer with `changesSince`. Returns how to stop. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
};
