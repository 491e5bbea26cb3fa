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
  const key = keys.get(id);
  if (key === undefined || key.sessionToken !== undefined || !equal(key.secret, password)) {
    throw unrecognizedClient();
  }
  if (key.expires !== undefined && now >= key.expires) throw expiredToken();
  return key;
}

function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
