import { timingSafeEqual } from 'node:crypto';
import type { AccessKey } from '../../auth/credentials/credentials.ts';
import { deleteFirst, digestOf, digestOfKey, randomSecret, type SessionsOptions } from './sessions.ts';

/** How long a link works, in milliseconds. */
export const LINK_LIFETIME = 60_000;
/** The maximum number of unused links; a further one drops the oldest. */
const MOST = 1000;

/** Links that sign a user in, each once. */
export type Links = {
  /** Makes a link for the user of a key, and returns its code: 256 random bits in base64url. */
  make(key: AccessKey): string;
  /**
   * Returns the key of a code, and invalidates the code. Undefined if the code was never valid, was used or is too old, or if its key was
   * removed.
   */
  take(code: string): AccessKey | undefined;
};

type Waiting = { readonly accessKeyId: string; readonly key: Buffer; readonly since: number };

/** Creates an empty set of links. */
export function createLinks({ keyOf, monotonic, now }: SessionsOptions): Links {
  const waiting = new Map<string, Waiting>();
  return {
    make(key) {
      const code = randomSecret();
      const link = { accessKeyId: key.user.accessKeyId, key: digestOfKey(key), since: monotonic() };
      waiting.set(digestOf(code), link);
      if (waiting.size > MOST) deleteFirst(waiting);
      return code;
    },
    take(code) {
      const digest = digestOf(code);
      const link = waiting.get(digest);
      waiting.delete(digest);
      if (link === undefined || monotonic() - link.since >= LINK_LIFETIME) return undefined;
      const key = keyOf(link.accessKeyId);
      if (key === undefined || (key.expires ?? Infinity) <= now()) return undefined;
      return timingSafeEqual(digestOfKey(key), link.key) ? key : undefined;
    },
  };
}
