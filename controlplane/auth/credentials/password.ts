import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessKey, Credentials } from './credentials.ts';
import type { SignedRequest } from '../authenticate.ts';
import { expiredToken, unrecognizedClient } from '../errors.ts';

/**
 * Authenticates a request by HTTP Basic, for monitoring systems that cannot sign: the access key id is the user, its secret
 * the password. Undefined if there is no such header. A key with a session token is refused.
 * @throws ApiError UnrecognizedClientException, ExpiredTokenException
 */
export function keyByPassword(
  { headers }: SignedRequest,
  { keys }: Credentials,
  now: number,
): AccessKey | undefined {
  const { authorization } = headers;
  const encoded = typeof authorization === 'string' ? /^Basic +(\S+)$/i.exec(authorization)?.[1] : undefined;
  if (encoded === undefined) return undefined;
  const [, id = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return requireSecret(keys.get(id), { secret: password }, now);
}

/**
 * Returns the key if its secret and its session token are as given.
 * @throws ApiError UnrecognizedClientException, ExpiredTokenException
 */
export function requireSecret(
  key: AccessKey | undefined,
  given: { readonly secret: string; readonly sessionToken?: string | undefined },
  now: number,
): AccessKey {
  const hasToken = key?.sessionToken !== undefined && given.sessionToken !== undefined;
  const isSame =
    key !== undefined &&
    equal(key.secret, given.secret) &&
    (hasToken ? equal(key.sessionToken, given.sessionToken) : key.sessionToken === given.sessionToken);
  if (!isSame) throw unrecognizedClient();
  if (key.expires !== undefined && now >= key.expires) throw expiredToken();
  return key;
}

function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
