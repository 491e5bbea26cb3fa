import type { Change, MeshId, Resource, ResourceId } from '../mesh/resource.ts';

/** Names one use of a client's token: tokens of different accounts or operations have nothing to do with each other. */
export type TokenKey = { readonly account: string; readonly operation: string; readonly token: string };

/** A client's token and a digest of what was asked with it, so that a call that is sent twice is done once. */
export type TokenUse = TokenKey & {
  readonly content: string /** Milliseconds since 1970. */;
  readonly at: number;
};

/** How long a token is remembered, in milliseconds: a day. */
export const TOKEN_LIFETIME = 24 * 60 * 60 * 1000;

/** What one API call writes: all of it or nothing. */
export type Write = {
  /** The mesh that the caller looked at to decide. */
  readonly mesh: MeshId;
  /** That mesh's revision then (0: nothing was ever in it). Another one now means that somebody wrote in between. */
  readonly expectedMeshRevision: number;
  readonly puts: readonly Resource[];
  readonly deletes: readonly ResourceId[];
  /** The client's token, kept with the change for TOKEN_LIFETIME. One that is already kept makes the write stale. */
  readonly token?: TokenUse | undefined;
};

/** What became of a write. `stale`: nothing was written; read `changesSince` and decide anew. */
export type Written =
  | { readonly outcome: 'committed'; readonly revision: number; readonly changes: readonly Change[] }
  | { readonly outcome: 'stale' };

/**
 * Why to read `changesSince`. `committed`: there are commits up to this revision. `reconnected`: the store was away, and
 * may have come back without the last of what it had (a server that took over from another): read all of it anew.
 */
export type Hint =
  | { readonly kind: 'committed'; readonly revision: number }
  | { readonly kind: 'reconnected' };

/** All that a store holds, as of one revision: what a backup is made of. Engines have it in common. */
export type Contents = {
  readonly revision: number;
  readonly resources: readonly Resource[];
  readonly tokens: readonly TokenUse[];
};

/** What became of a replacement. `occupied`: nothing was written, because the store holds that many resources already. */
export type Replaced =
  | { readonly outcome: 'replaced'; readonly revision: number }
  | { readonly outcome: 'occupied'; readonly resources: number };

/**
 * Keeps the model durably. A write that came back as committed survives the process being killed at any moment.
 * Revisions rise by one a commit, in commit order; all changes of one commit bear its revision.
 * Where the store cannot be used at all, its methods reject with a StoreError.
 */
export type Store = {
  /** Whether others may commit to it as well. */
  readonly isShared: boolean;
  /** A write needs at least one put or delete, and names each resource once. */
  commit(write: Write): Promise<Written>;
  /** Every resource as the change that last touched it (deleted ones too), with a revision above `revision`, oldest first. */
  changesSince(revision: number): Promise<readonly Change[]>;
  /** The digest kept with a token that was used less than TOKEN_LIFETIME before `now`; undefined where there is none. */
  tokenContent(key: TokenKey, now: number): Promise<string | undefined>;
  /** Called after commits, of this process and of others; only a hint: the truth is in `changesSince`. Returns how to stop. */
  onChange(listener: (hint: Hint) => void): () => void;
  contents(): Promise<Contents>;
  /**
   * Makes these all that the store holds, in one commit with a revision above its own and theirs. What it held before is
   * deleted by that commit, so whoever follows the store comes to the same state. One that holds any resource is left
   * alone unless `mayReplace`.
   */
  replace(contents: Contents, mayReplace: boolean): Promise<Replaced>;
  close(): Promise<void>;
};
