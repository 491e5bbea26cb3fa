import { timingSafeEqual } from 'node:crypto';
import { ALGORITHM_IDENTIFIER, createScope, getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import { Sha256 } from '../../common/sha256.ts';
import type { SignedRequest } from './authenticate.ts';
import type { Claim } from './claim.ts';

/** SigV4 for a verifier: it signs exactly the headers that the client signed, at the client's time. */
class Resigner extends SignatureV4 {
  async resign(request: HttpRequest, { scope, signedAt }: Claim, bodySum: string): Promise<string> {
    const { longDate, shortDate } = this.formatDate(new Date(signedAt));
    // By default the library omits some headers, such as the user agent.
    const canonical = getCanonicalHeaders(request, undefined, new Set(Object.keys(request.headers)));
    const stringToSign = await this.createStringToSign(
      longDate,
      createScope(shortDate, scope.region, scope.service),
      this.createCanonicalRequest(request, canonical, bodySum),
      ALGORITHM_IDENTIFIER,
    );
    return this.sign(stringToSign, { signingDate: new Date(signedAt) });
  }
}

/**
 * Whether the claimed signature matches the request and the secret. The comparison takes constant time.
 * @param bodySum the SHA-256 of the body, in hexadecimal
 */
export async function isSignedWith(
  secret: string,
  request: SignedRequest,
  claim: Claim,
  bodySum: string,
): Promise<boolean> {
  const headers = signedHeaders(request, claim);
  if (headers === undefined) return false;
  const { accessKeyId, scope } = claim;
  const credentials = { accessKeyId, secretAccessKey: secret };
  const signer = new Resigner({ ...scope, credentials, sha256: Sha256 });
  const { method, path } = request;
  const query = Object.fromEntries(
    Object.entries(request.query).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : [...value],
    ]),
  );
  const own = await signer.resign(
    { method, path, query, headers, protocol: '', hostname: '' },
    claim,
    bodySum,
  );
  return equal(own, claim.signature);
}

function signedHeaders({ headers }: SignedRequest, claim: Claim): Record<string, string> | undefined {
  const signed: Record<string, string> = {};
  for (const name of claim.signedHeaders) {
    const value = headers[name];
    if (value === undefined) return undefined;
    signed[name] = typeof value === 'string' ? value : value.join(',');
  }
  return signed;
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
