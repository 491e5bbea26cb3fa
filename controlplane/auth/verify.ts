import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authenticate, SignedRequest } from './authenticate.ts';
import { readClaim, type Claim } from './claim.ts';
import type { AccessKey, Credentials } from './credentials/credentials.ts';
import { expiredToken, invalidSignature, signatureMismatch, unrecognizedClient } from './errors.ts';
import { keyByPassword } from './credentials/password.ts';
import { isSignedWith } from './signature.ts';

/** The allowed clock skew in either direction, in milliseconds: AWS's five minutes. */
const WINDOW = 5 * 60 * 1000;

/** `credentials` returns the current credentials, for each request; `now`: milliseconds since 1970. */
export type VerifierOptions = {
  readonly credentials: () => Credentials;
  readonly region: string;
  readonly now: () => number;
  /** Returns the key of a session by its token. Default: there are no sessions. */
  readonly sessions?: Sessions;
};

/** Returns the key of a session of `daybreak login`; undefined if the token is not one, or its user is gone. */
export type Sessions = (accessKeyId: string, sessionToken: string) => Promise<AccessKey | undefined>;

/**
 * Authenticates users of the credentials file by AWS Signature Version 4 for the service `appmesh`, or by password if the
 * request allows it.
 */
export function admitSigned({ credentials, region, now, sessions }: VerifierOptions): Authenticate {
  return async (request) => {
    const byPassword = request.allowsPassword ? keyByPassword(request, credentials(), now()) : undefined;
    if (byPassword !== undefined) return byPassword.user;
    const claim = readClaim(request);
    const { accessKeyId, sessionToken } = claim;
    const key =
      credentials().keys.get(accessKeyId) ??
      (sessionToken === undefined ? undefined : await sessions?.(accessKeyId, sessionToken));
    if (key === undefined || !hasSessionToken(key, claim)) throw unrecognizedClient();
    requireScope(claim, region);
    requireTime(claim, now());
    const sum = createHash('sha256').update(request.body).digest('hex');
    requireCoverage(claim, request, sum);
    if (!(await isSignedWith(key.secret, request, claim, sum))) throw signatureMismatch();
    // Checked last, so that only a client that has the secret learns that the key has expired.
    if (key.expires !== undefined && now() >= key.expires) throw expiredToken();
    return key.user;
  };
}

function hasSessionToken({ sessionToken }: AccessKey, claim: Claim): boolean {
  if (sessionToken === undefined || claim.sessionToken === undefined) {
    return sessionToken === claim.sessionToken;
  }
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sessionToken), digest(claim.sessionToken));
}

function requireScope({ scope, signedAt }: Claim, region: string): void {
  if (scope.service !== 'appmesh') {
    throw invalidSignature(
      `Credential should be scoped to correct service: 'appmesh'. Found: '${clip(scope.service)}'.`,
    );
  }
  if (scope.region !== region) {
    throw invalidSignature(
      `Credential should be scoped to a valid region. This control plane's is '${region}', found: '${clip(scope.region)}'.`,
    );
  }
  const day = basicTime(signedAt).slice(0, 8);
  if (scope.day !== day) {
    throw invalidSignature(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.day}' != '${day}'.`,
    );
  }
}

function requireTime({ signedAt, lifetime }: Claim, now: number): void {
  const signed = basicTime(signedAt);
  const end = signedAt + (lifetime === undefined ? WINDOW : lifetime * 1000);
  if (now > end) {
    const limit =
      lifetime === undefined
        ? `earlier than ${basicTime(now - WINDOW)} (${basicTime(now)} - 5 min.)`
        : `past its ${lifetime} seconds (now: ${basicTime(now)})`;
    throw invalidSignature(`Signature expired: ${signed} is now ${limit}`);
  }
  if (signedAt > now + WINDOW) {
    throw invalidSignature(
      `Signature not yet current: ${signed} is still later than ${basicTime(now + WINDOW)} (${basicTime(now)} + 5 min.)`,
    );
  }
}

// Unsigned parts may have been changed on the way. The time is always part of the signature.
function requireCoverage({ signedHeaders }: Claim, { headers }: SignedRequest, bodySum: string): void {
  if (!signedHeaders.includes('host')) {
    throw invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const said = headers['x-amz-content-sha256'];
  if (said === undefined || said === bodySum) return;
  throw invalidSignature(
    `The header x-amz-content-sha256 is not the SHA-256 of the body, which is ${bodySum}. Unsigned and streamed payloads are not accepted.`,
  );
}

function basicTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function clip(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}
