import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { cidr, covers } from '../../common/addresses/ip-range.ts';
import type { JoinTokenRecord } from '../mesh/identity-records.ts';
import { repeatWhileStale, STALE, type WriteAttempt } from '../mesh/concurrency/repeat-while-stale.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Resource } from '../mesh/resource.ts';

/** One-time tokens with which an agent gets its first certificate. The store has their SHA-256 only. */
export type JoinTokens = {
  /** Creates a token, and deletes expired ones. Returns the token, which is not stored. */
  readonly create: (grant: TokenGrant) => Promise<string>;
  /**
   * Uses a token up: from then on it works for the same signing request only, whose key its agent alone has, so that an agent whose connection
   * broke before it had its certificate can ask again. Of concurrent uses by different requests, on any replica, one succeeds. Returns the
   * reason why it cannot be used.
   */
  readonly consume: (token: string, use: TokenUse) => Promise<Consumed>;
  /** The tokens that can still be used, those that expire first first. */
  readonly list: () => readonly ListedToken[];
  /** Takes unused tokens away, by their ids. Returns the ids that are gone now; a token that was used meanwhile is not among them. */
  readonly revoke: (ids: readonly string[]) => Promise<readonly string[]>;
};

/** The purpose and end of a token. */
type TokenGrant = Omit<JoinTokenRecord, 'sha256' | 'usedBy'>;

/** A join token that was not used yet. `id`: the first digits of its SHA-256. Times in milliseconds since 1970. */
export type ListedToken = TokenGrant & {
  readonly id: string;
  readonly created: number;
};

/** How many digits of its SHA-256 name a token to people. */
const TOKEN_ID_DIGITS = 16;

/** A use of a token, by a proxy (`mesh/M/virtualNode/N`, its account) from an address, for a certificate by a signing request (PKCS #10, DER). */
export type TokenUse = {
  readonly proxy: string;
  readonly account: string;
  readonly address: string;
  readonly request: Uint8Array;
};

/** The outcome of a use. A wrong proxy or address does not use the token up. */
export type Consumed =
  | { readonly outcome: 'consumed' }
  | { readonly outcome: 'unknown' | 'expired' | 'another proxy' | 'another address' };

const PLACE = { owner: '', mesh: '' } as const;
/** The most unused tokens; more would only come from a script that has gone wild. */
const MOST_TOKENS = 10_000;
/** How often expired tokens are looked for, in milliseconds. */
const LOOK_EVERY_MS = 60_000;

/** Too many tokens wait for their use. */
export class TooManyTokens extends Error {}

/** Keeps join tokens in the store. `now`: milliseconds since 1970. `most`: the most unused tokens. */
export function createJoinTokens(
  live: LiveModel,
  now: () => number = Date.now,
  most = MOST_TOKENS,
): JoinTokens {
  const all = (): readonly Resource<'joinToken'>[] => [...live.model.values('joinToken', PLACE)];
  let lookedAt = -Infinity;

  /** The expired tokens to delete. Looks at all tokens now and then only, or if there may be too many. @throws TooManyTokens */
  function room(): readonly Resource<'joinToken'>[] {
    const isLookDue = Math.abs(now() - lookedAt) >= LOOK_EVERY_MS;
    if (!isLookDue && live.model.count('joinToken', PLACE) < most) return [];
    lookedAt = now();
    // A used token stays until it expires, for an agent that asks again.
    if (listed().length >= most)
      throw new TooManyTokens(`there are already ${most} join tokens that were not used`);
    return all().filter(({ spec }) => spec.expires <= now());
  }

  // One after the other in this process: else concurrent writes would make each other stale.
  const repeated = <T>(attempt: WriteAttempt<T>): Promise<T> =>
    live.exclusively(PLACE.owner, async () => {
      // Another replica may have created the token a moment ago.
      await live.refresh();
      return repeatWhileStale({ what: 'join tokens', catchUp: () => live.catchUp() }, attempt);
    });

  async function commit(put: Resource | undefined, deletes: readonly Resource[]): Promise<boolean> {
    const { outcome } = await live.commit({
      mesh: PLACE,
      expectedMeshRevision: live.model.meshRevision(PLACE),
      puts: put === undefined ? [] : [put],
      deletes: deletes.map(({ kind, owner, mesh, parent, name }) => ({ kind, owner, mesh, parent, name })),
      tokens: [],
    });
    return outcome === 'committed';
  }

  const listed = () => all().filter(({ spec }) => spec.expires > now() && spec.usedBy === undefined);

  return {
    list: () =>
      listed()
        .map(({ spec: { sha256, ...grant }, createdAt }) => ({
          ...grant,
          id: tokenId(sha256),
          created: createdAt,
        }))
        .toSorted((one, other) => one.expires - other.expires),
    revoke: (ids) =>
      repeated(async () => {
        const found = listed().filter(({ spec }) => ids.includes(tokenId(spec.sha256)));
        if (found.length > 0 && !(await commit(undefined, found))) return STALE;
        return found.map(({ spec }) => tokenId(spec.sha256));
      }),
    create(grant) {
      const token = `daybreak-join-${randomBytes(32).toString('base64url')}`;
      return repeated(async () => {
        const expired = room();
        return (await commit(tokenResource(grant, sumOf(token), now()), expired)) ? token : STALE;
      });
    },
    consume: (token, use) =>
      repeated<Consumed>(async () => {
        const sha256 = sumOf(token);
        const found = live.model.get<'joinToken'>(idOf(sha256));
        if (found === undefined || found.spec.sha256 !== sha256) return { outcome: 'unknown' };
        const known = outcomeOf(found.spec, use, now());
        if (known !== undefined) return { outcome: known };
        // The commit fails if any replica wrote since: no two requests use a token.
        const used = {
          ...found,
          spec: { ...found.spec, usedBy: sumOf(use.request) },
          version: found.version + 1,
          lastUpdatedAt: now(),
        };
        return (await commit(used, [])) ? { outcome: 'consumed' } : STALE;
      }),
  };
}

/** Returns the outcome of a use that changes nothing; undefined if the use would use the token up. */
function outcomeOf(
  { expires, proxy, account, cidrs, usedBy }: JoinTokenRecord,
  use: TokenUse,
  now: number,
): Consumed['outcome'] | undefined {
  if (expires <= now) return 'expired';
  if (proxy !== use.proxy || account !== use.account) return 'another proxy';
  if (!isFrom(cidrs, use.address)) return 'another address';
  if (usedBy === undefined) return undefined;
  return usedBy === sumOf(use.request) ? 'consumed' : 'unknown';
}

function tokenResource(grant: TokenGrant, sha256: string, now: number): Resource<'joinToken'> {
  return {
    ...idOf(sha256),
    spec: { ...grant, sha256 },
    uid: randomUUID(),
    version: 1,
    createdAt: now,
    lastUpdatedAt: now,
    resourceOwner: grant.account,
    tags: [],
  };
}

/** Returns the name of a token for people, from its SHA-256 in hexadecimal. */
export function tokenId(sha256: string): string {
  return sha256.slice(0, TOKEN_ID_DIGITS);
}

function idOf(sha256: string) {
  return { kind: 'joinToken', ...PLACE, parent: '', name: sha256 } as const;
}

function sumOf(token: string | Uint8Array): string {
  return createHash('sha256').update(token).digest('hex');
}

function isFrom(cidrs: readonly string[], address: string): boolean {
  if (cidrs.length === 0) return true;
  const from = cidr(address);
  return cidrs.some((each) => {
    const range = cidr(each);
    return 'value' in range && 'value' in from && covers(range.value, from.value);
  });
}
