import { randomBytes } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { AccessKey, LoginUser } from '../../auth/credentials/credentials.ts';
import { userArn } from '../../auth/principal.ts';

/** The keys of a session, for AWS's tools. */
export type SessionKeys = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
};

/** A principal of AWS that was proven. `arn`: the caller, with its session; `principalArn`: its role or IAM user. */
export type SessionCaller = { readonly arn: string; readonly principalArn: string };

/** How long the keys of a session are valid, in milliseconds: an hour. */
const SESSION_MS = 60 * 60 * 1000;
/** How long a challenge is valid, in seconds. */
const CHALLENGE_SECONDS = 60;
const PREFIX = 'DAYBREAKSESSION';

/** Creates and opens session keys and challenges. The tokens hold all that there is about them, so that every replica opens them. */
export type SessionKeyring = {
  readonly create: (user: LoginUser, caller: SessionCaller) => Promise<SessionKeys>;
  /** Returns the key of a session; undefined if the token is not that of this key, has expired, or its principal may not log in any more. */
  readonly open: (accessKeyId: string, sessionToken: string) => Promise<AccessKey | undefined>;
  readonly challenge: () => Promise<string>;
  /** Returns the id of a challenge; undefined if it is not one of this authority, or has expired. */
  readonly openChallenge: (text: string) => Promise<{ readonly id: string } | undefined>;
};

/** `key`: 32 bytes; `loginOf` returns the user that a principal may be now. `now`: milliseconds since 1970. */
export type KeyringOptions = {
  readonly key: Uint8Array;
  readonly trustDomain: string;
  readonly loginOf: (principalArn: string) => LoginUser | undefined;
  readonly now?: () => number;
};

/** Creates the keyring. Tokens are encrypted JWTs (AES-256-GCM with the key of the authority), which only control planes can read. */
export function createSessionKeyring({
  key,
  trustDomain,
  loginOf,
  now = Date.now,
}: KeyringOptions): SessionKeyring {
  const issuer = `spiffe://${trustDomain}`;

  async function read(text: string, audience: 'session' | 'challenge') {
    try {
      const limits = { issuer, audience, currentDate: new Date(now()), keyManagementAlgorithms: ['dir'] };
      return (await jwtDecrypt(text, key, { ...limits, contentEncryptionAlgorithms: ['A256GCM'] })).payload;
    } catch {
      return undefined;
    }
  }

  function encrypt(payload: Readonly<Record<string, unknown>>, audience: string, id: string, ends: number) {
    return new EncryptJWT({ ...payload })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(id)
      .setExpirationTime(Math.floor(ends / 1000))
      .encrypt(key);
  }

  return {
    async create(user, { arn, principalArn }) {
      const accessKeyId = `${PREFIX}${randomBytes(10).toString('hex').toUpperCase()}`;
      const secretAccessKey = randomBytes(30).toString('base64url');
      const expires = Math.floor((now() + SESSION_MS) / 1000) * 1000;
      const payload = { sub: userArn(user), secret: secretAccessKey, caller: arn, principal: principalArn };
      const sessionToken = await encrypt(payload, 'session', accessKeyId, expires);
      return { accessKeyId, secretAccessKey, sessionToken, expires };
    },
    async open(accessKeyId, sessionToken) {
      if (!accessKeyId.startsWith(PREFIX)) return undefined;
      const payload = await read(sessionToken, 'session');
      const { jti, sub, exp = 0, secret, caller, principal } = payload ?? {};
      if (jti !== accessKeyId || typeof secret !== 'string' || typeof caller !== 'string') return undefined;
      // The file is the truth: keys end when the user goes, or the principal is no longer the user's.
      const user = typeof principal === 'string' ? loginOf(principal) : undefined;
      if (user === undefined || userArn(user) !== sub) return undefined;
      return { user: { ...user, accessKeyId, awsCaller: caller }, secret, sessionToken, expires: exp * 1000 };
    },
    challenge: () =>
      encrypt({}, 'challenge', randomBytes(16).toString('hex'), now() + CHALLENGE_SECONDS * 1000),
    async openChallenge(text) {
      const { jti } = (await read(text, 'challenge')) ?? {};
      return jti === undefined ? undefined : { id: jti };
    },
  };
}
