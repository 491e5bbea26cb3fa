import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AccessKey } from '../../auth/credentials/credentials.ts';
import { userArn, type User } from '../../auth/principal.ts';

/** The longest life of a session, and the longest time between two requests, in milliseconds. */
export const LIFETIME = 8 * 60 * 60 * 1000;
export const IDLE = 60 * 60 * 1000;
/** The most sessions; a further one ends the one that was used least recently. */
const MOST = 1000;

/** A browser's session. Its user is that of the current credentials file. */
export type Session = {
  readonly user: User;
  /** The value that each writing request repeats in a header. */
  readonly token: string;
  /** The end, in milliseconds since 1970: after `LIFETIME`, or with the key. */
  readonly endsAt: number;
};

/** The sessions of all browsers, in memory. Secrets are 256 random bits in base64url; only their digests are kept. */
export type Sessions = {
  /** Begins a session with a key of the credentials file, and returns its secret. */
  begin(key: AccessKey): string;
  /** Returns the session of a secret, and restarts its idle time. Undefined if there never was one, or it has ended. */
  use(secret: string): Session | undefined;
  /** Like `use`, without counting as a use. */
  peek(secret: string): Session | undefined;
  end(secret: string): void;
};

/**
 * `keyOf`: the current credentials. `monotonic`: milliseconds of a clock that never jumps, for ages; `now`: milliseconds since 1970, for
 * the end of keys.
 */
export type SessionsOptions = {
  readonly keyOf: (accessKeyId: string) => AccessKey | undefined;
  readonly monotonic: () => number;
  readonly now: () => number;
};

type Kept = {
  readonly accessKeyId: string;
  readonly key: Buffer;
  readonly token: string;
  readonly since: number;
  used: number;
};

/** Creates an empty set of sessions. */
export function createSessions({ keyOf, monotonic, now }: SessionsOptions): Sessions {
  // From the least to the most recently used.
  const kept = new Map<string, Kept>();

  const find = (digest: string): Session | undefined => {
    const session = kept.get(digest);
    if (session === undefined) return undefined;
    const key = keyOf(session.accessKeyId);
    const at = monotonic();
    const left = session.since + LIFETIME - at;
    const isSame = key !== undefined && timingSafeEqual(digestOfKey(key), session.key);
    if (!isSame || left <= 0 || at - session.used >= IDLE || (key.expires ?? Infinity) <= now()) {
      kept.delete(digest);
      return undefined;
    }
    const endsAt = Math.min(now() + left, key.expires ?? Infinity);
    return { user: key.user, token: session.token, endsAt };
  };

  return {
    begin(key) {
      const secret = randomSecret();
      const at = monotonic();
      const { accessKeyId } = key.user;
      kept.set(digestOf(secret), {
        accessKeyId,
        key: digestOfKey(key),
        token: randomSecret(),
        since: at,
        used: at,
      });
      if (kept.size > MOST) deleteFirst(kept);
      return secret;
    },
    use(secret) {
      const digest = digestOf(secret);
      const session = find(digest);
      const entry = kept.get(digest);
      if (session === undefined || entry === undefined) return undefined;
      entry.used = monotonic();
      kept.delete(digest);
      kept.set(digest, entry);
      return session;
    },
    peek: (secret) => find(digestOf(secret)),
    end: (secret) => void kept.delete(digestOf(secret)),
  };
}

/** Returns 256 random bits in base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns the digest under which a secret is kept. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Returns whether two texts are equal, in constant time. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(a)), Buffer.from(digestOf(b)));
}

/** Deletes the oldest entry. */
export function deleteFirst(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}

/** Returns a digest of a key that changes with its secret, its session token and its user: a session belongs to all of them. */
export function digestOfKey({ user, secret, sessionToken = '' }: AccessKey): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([userArn(user), user.accessKeyId, secret, sessionToken]))
    .digest();
}
