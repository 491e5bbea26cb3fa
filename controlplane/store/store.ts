import type { Change, MeshId, Resource, ResourceId } from '../mesh/resource.ts';

/** Bytes that Store.probe writes: as much as most commits, and more. */
export const PROBE_BYTES = 64 * 1024;

/** Names one use of a client's token: tokens of different accounts or operations have nothing to do with each other. */
export type TokenKey = { readonly account: string; readonly operation: string; readonly token: string };

/** A client's token and a digest of what was asked with it, so that a call that is sent twice is done once. */
export type TokenUse = TokenKey & {
  readonly content: string /** Milliseconds since 1970. */;
  readonly at: number;
};

/** How long a token is remembered, in milliseconds: a day. */
export const TOKEN_LIFETIME = 24 * 60 * 60 * 1000;

/** What API calls write together: all of it or nothing. */
export type Write = {
  /** The mesh that the caller looked at to decide. */
  readonly mesh: MeshId;
  /** That mesh's revision then (0: nothing is in it). Another one now means that somebody wrote in between. */
  readonly expectedMeshRevision: number;
  /** How many meshes its owner had then, for who decided by that. Another number now makes the write stale. */
  readonly expectedMeshes?: number | undefined;
  readonly puts: readonly Resource[];
  readonly deletes: readonly ResourceId[];
  /** The clients' tokens, each once, kept with the change for TOKEN_LIFETIME. One that is already kept makes the write stale. */
  readonly tokens: readonly TokenUse[];
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
 * What changed. `from`: the revision that was asked for; or 0 where the store has forgotten a deletion since: then these are
 * all resources, and what is not among them does not exist.
 */
export type Changes = { readonly from: number; readonly changes: readonly Change[] };

/**
 * What to do at the start about a store that has lost something. `refuse`: it is not opened. `accept`: it is opened with
 * what is there, and rows that are damaged are deleted. `replace`: the same, but nothing is deleted: all is to be replaced.
 */
export type Loss = 'refuse' | 'accept' | 'replace';

/**
 * Keeps the model durably. A write that came back as committed survives the process being killed at any moment.
 * Revisions rise by one a commit, in commit order; all changes of one commit bear its revision. A mesh's revision is that
 * of the last change in it, deletions too, and 0 while nothing is in it.
 * Where the store cannot be used at all, its methods reject with a StoreError; `damaged` names what it read that is not what
 * was written.
 */
export type Store = {
  /** Whether others may commit to it as well. */
  readonly isShared: boolean;
  /** A write names each resource once. One that only has tokens takes no revision: it comes back with that of the last commit. */
  commit(write: Write): Promise<Written>;
  /** Every resource as the change that last touched it (deleted ones too), with a revision above `revision`, oldest first. */
  changesSince(revision: number): Promise<Changes>;
  /**
   * Forgets deletions, except for the last `kept` (at least 1) and the last change of each mesh that has something in it.
   * Who is further behind is given everything by `changesSince`.
   */
  prune(kept: number): Promise<void>;
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
  /** Writes something durable that is no part of the contents and takes no revision: whether the store takes writes. */
  probe(): Promise<void>;
  close(): Promise<void>;
};
