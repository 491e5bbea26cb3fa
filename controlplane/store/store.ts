import type { Change, MeshId, Resource, ResourceId } from '../mesh/resource.ts';
import type { HistoryQuery, SpecChangeInput, SpecChangeRecord } from './spec-history.ts';

/** Bytes that Store.probe writes: more than most commits. */
export const PROBE_BYTES = 64 * 1024;

/** The most bytes of one announcement. PostgreSQL takes 7,999 (https://www.postgresql.org/docs/15/sql-notify.html). */
export const MOST_ANNOUNCED = 7900;

/** Identifies one use of a client token; tokens of different accounts or operations are independent. */
export type TokenKey = { readonly account: string; readonly operation: string; readonly token: string };

/** A client token and a digest of its request, which makes a repeated call idempotent. */
export type TokenUse = TokenKey & {
  readonly content: string /** Milliseconds since 1970. */;
  readonly at: number;
};

/** How long a token is remembered, in milliseconds: one day. */
export const TOKEN_LIFETIME = 24 * 60 * 60 * 1000;

/** The changes of one or more API calls, which are written atomically. */
export type Write = {
  /** The mesh that the write was decided on. */
  readonly mesh: MeshId;
  /** The revision of that mesh at the time of the decision (0: empty). A different revision now makes the write stale. */
  readonly expectedMeshRevision: number;
  /** The owner's number of meshes at that time, if the decision depends on it. A different number now makes the write stale. */
  readonly expectedMeshes?: number | undefined;
  readonly puts: readonly Resource[];
  readonly deletes: readonly ResourceId[];
  /** The clients' tokens, each once, kept with the change for TOKEN_LIFETIME. A token that is already kept makes the write stale. */
  readonly tokens: readonly TokenUse[];
  /**
   * The changes of specifications in this write, oldest first, kept for undo: the last MOST_CHANGES of each resource, for CHANGE_LIFETIME.
   * Default: none.
   */
  readonly history?: readonly SpecChangeInput[];
};

/** The outcome of a write. `stale`: nothing was written; read `changesSince` and decide again. */
export type Written =
  | { readonly outcome: 'committed'; readonly revision: number; readonly changes: readonly Change[] }
  | { readonly outcome: 'stale' };

/**
 * Why to read `changesSince`. `committed`: there are commits up to this revision. `reconnected`: the store was unavailable,
 * and may have lost its latest commits (a fail-over to another server): read everything again.
 */
export type Hint =
  | { readonly kind: 'committed'; readonly revision: number }
  | { readonly kind: 'reconnected' };

/** The whole contents of a store at one revision, which a backup holds. All engines share this type. */
export type Contents = {
  readonly revision: number;
  readonly resources: readonly Resource[];
  readonly tokens: readonly TokenUse[];
  /** The kept changes of specifications, in any order. */
  readonly history: readonly SpecChangeRecord[];
};

/** The outcome of a replacement. `occupied`: nothing was written, because the store already holds `resources` resources. */
export type Replaced =
  | { readonly outcome: 'replaced'; readonly revision: number }
  | { readonly outcome: 'occupied'; readonly resources: number };

/**
 * Changes of a store. `from`: the requested revision, or 0 if the store has pruned a tombstone since then: in that case the
 * changes are all resources, and any other resource does not exist.
 */
export type Changes = { readonly from: number; readonly changes: readonly Change[] };

/**
 * How a start handles a store that has lost data. `refuse`: it fails. `accept`: it continues with the data that is left,
 * and deletes damaged rows. `replace`: as `accept` without deleting, because everything is about to be replaced.
 */
export type Loss = 'refuse' | 'accept' | 'replace';

/**
 * Stores the model durably. A committed write survives a kill of the process at any moment.
 * Revisions rise by one per commit, in commit order; all changes of one commit share its revision. A mesh's revision is that
 * of its last change, deletions included, and 0 while the mesh is empty.
 * If the store cannot be used, its methods reject with a StoreError; the message of `damaged` names the damaged rows.
 */
export type Store = {
  /** Whether other processes may commit to the store as well. */
  readonly isShared: boolean;
  /** Commits a write, which names each resource once. A write of tokens only takes no revision, and returns that of the last commit. */
  commit(write: Write): Promise<Written>;
  /** Returns the last change of every resource (also deletions) with a revision above `revision`, oldest first. */
  changesSince(revision: number): Promise<Changes>;
  /**
   * Deletes tombstones, except for the latest `kept` (at least 1) and the last change of each non-empty mesh. A reader that is
   * further behind gets everything from `changesSince`.
   */
  prune(kept: number): Promise<void>;
  /** Returns the digest kept with a token that was used less than TOKEN_LIFETIME before `now`; undefined if there is none. */
  tokenContent(key: TokenKey, now: number): Promise<string | undefined>;
  /** Calls `listener` after commits of any process. A hint carries no data: read `changesSince`. Returns a function that stops it. */
  onChange(listener: (hint: Hint) => void): () => void;
  /**
   * Sends a text of at most `MOST_ANNOUNCED` bytes to all other processes that share the store. It is not kept: a process that is not
   * connected now never gets it. Without such processes, does nothing.
   */
  announce(text: string): Promise<void>;
  /** Calls `listener` with each text that any process announces, this one included. Returns a function that stops it. */
  onAnnouncement(listener: (text: string) => void): () => void;
  /** Returns kept changes of specifications, newest first. */
  history(query: HistoryQuery): Promise<readonly SpecChangeRecord[]>;
  contents(): Promise<Contents>;
  /**
   * Replaces everything in the store by `contents`, in one commit with a revision above its own and theirs. That commit deletes
   * the previous resources, so every replica reaches the same state. A store that holds any resource is left unchanged unless
   * `mayReplace`.
   */
  replace(contents: Contents, mayReplace: boolean): Promise<Replaced>;
  /** Makes a durable write outside the contents, which takes no revision, to find out whether writes succeed. */
  probe(): Promise<void>;
  close(): Promise<void>;
};
