import type { LiveModel } from '../../mesh/live-model.ts';

/** Remembers used challenges in the store, so that none is used twice, at this replica or another one. */
export type UsedChallenges = {
  /** Uses a challenge, by its id. Of concurrent uses, on any replica, one succeeds; the others return false. @throws StoreError */
  readonly use: (id: string) => Promise<boolean>;
};

// A place without resources: a write there is stale only if its token is kept already.
const EMPTY = { owner: '', mesh: 'challenges' } as const;
const OPERATION = 'Login';

/**
 * Keeps the challenges among the tokens of idempotent calls, which the store checks in the commit and forgets by itself after TOKEN_LIFETIME: far
 * longer than a challenge is valid. Call `use` for proven callers only, because it writes. `now`: milliseconds since 1970.
 */
export function createUsedChallenges(
  live: Pick<LiveModel, 'commit'>,
  now: () => number = Date.now,
): UsedChallenges {
  return {
    async use(id) {
      const { outcome } = await live.commit({
        mesh: EMPTY,
        expectedMeshRevision: 0,
        puts: [],
        deletes: [],
        tokens: [{ account: EMPTY.owner, operation: OPERATION, token: id, content: '', at: now() }],
      });
      return outcome === 'committed';
    },
  };
}
