import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { cidr, covers } from '../../common/addresses/ip-range.ts';
import type { JoinTokenRecord } from '../mesh/identity-records.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Resource } from '../mesh/resource.ts';

/** One-time tokens with which an agent gets its first certificate. The store has their SHA-256 only. */
export type JoinTokens = {
  /** Creates a token, and deletes expired ones. Returns the token, which is not stored. */
  readonly create: (grant: Omit<JoinTokenRecord, 'sha256' | 'usedBy'>) => Promise<string>;
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

/** A join token that was not used yet. `id`: the first digits of its SHA-256. Times in milliseconds since 1970. */
export type ListedToken = Omit<JoinTokenRecord, 'sha256' | 'usedBy'> & {
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
const ATTEMPTS = 20;

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

  // One after the other in this process: else concurrent writes would make each other stale until they run out of attempts.
  const serialized = <T>(write: () => Promise<T>): Promise<T> => live.exclusively(PLACE.owner, write);

  async function commit(put: Resource | undefined, deletes: readonly Resource[]): Promise<boolean> {
    const { outcome } = await live.commit({
      mesh: PLACE,
      expectedMeshRevision: live.model.meshRevision(PLACE),
      puts: put === undefined ? [] : [put],
      deletes: deletes.map(({ kind, owner, mesh, parent, name }) => ({ kind, owner, mesh, parent, name })),
      tokens: [],
    });
    if (outcome === 'stale') await live.catchUp();
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
      serialized(async () => {
        for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
          await live.refresh();
          const found = listed().filter(({ spec }) => ids.includes(tokenId(spec.sha256)));
          if (found.length === 0 || (await commit(undefined, found)))
            return found.map(({ spec }) => tokenId(spec.sha256));
        }
        throw busy();
      }),
    create: (grant) =>
      serialized(async () => {
        const token = `daybreak-join-${randomBytes(32).toString('base64url')}`;
        const sha256 = sumOf(token);
        for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
          const expired = room();
          const at = now();
          const put: Resource<'joinToken'> = {
            ...idOf(sha256),
            spec: { ...grant, sha256 },
            uid: randomUUID(),
            version: 1,
            createdAt: at,
            lastUpdatedAt: at,
            resourceOwner: grant.account,
            tags: [],
          };
          if (await commit(put, expired)) return token;
        }
        throw busy();
      }),
    consume: (token, { proxy, account, address, request }) =>
      serialized(async () => {
        const sha256 = sumOf(token);
        const usedBy = sumOf(request);
        for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
          // Another replica may have created it a moment ago.
          await live.refresh();
          const found = live.model.get<'joinToken'>(idOf(sha256));
          if (found === undefined || found.spec.sha256 !== sha256) return { outcome: 'unknown' };
          const { spec } = found;
          if (spec.expires <= now()) return { outcome: 'expired' };
          if (spec.proxy !== proxy || spec.account !== account) return { outcome: 'another proxy' };
          if (!isFrom(spec.cidrs, address)) return { outcome: 'another address' };
          if (spec.usedBy !== undefined) return { outcome: spec.usedBy === usedBy ? 'consumed' : 'unknown' };
          // The commit fails if any replica wrote since: no two requests use a token.
          const used = {
            ...found,
            spec: { ...spec, usedBy },
            version: found.version + 1,
            lastUpdatedAt: now(),
          };
          if (await commit(used, [])) return { outcome: 'consumed' };
        }
        throw busy();
      }),
  };
}

/** Returns the name of a token for people, from its SHA-256 in hexadecimal. */
export function tokenId(sha256: string): string {
  return sha256.slice(0, TOKEN_ID_DIGITS);
}

function busy(): Error {
  return new Error('other replicas kept writing join tokens: try again');
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
