import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ApiError } from '../http/errors.ts';
import { compileCredentials } from './credentials/credentials.ts';
import { DOCUMENT, NOW, REGION } from './testing/signed-requests.ts';
import { admitSigned } from './verify.ts';
import { runs } from '../../common/testing/short-form.ts';

const credentials = compileCredentials(DOCUMENT);
const admit = admitSigned({ credentials: () => credentials, region: REGION, now: () => NOW });

/** Parts of claims, valid and invalid, so that the generated claims reach every step of the verification. */
const piece = fc.oneof(
  fc.constantFrom(
    'AWS4-HMAC-SHA256',
    'AKADMIN/20231114/eu-west-1/appmesh/aws4_request',
    'host;x-amz-date',
    '__proto__;host',
    '20231114T221320Z',
    'Wed, 14 Nov 2023 22:13:20 GMT',
    'f'.repeat(64),
    '60',
  ),
  fc.string({ unit: 'binary' }),
);
const header = fc.oneof(
  fc
    .tuple(piece, piece, piece, piece)
    .map(
      ([algorithm, credential, signedHeaders, signature]) =>
        `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    ),
  piece,
);
const optional = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined });
const query = fc.dictionary(
  fc.constantFrom(
    ...['Algorithm', 'Credential', 'Date', 'Expires', 'Signature', 'SignedHeaders', 'Security-Token'].map(
      (name) => `X-Amz-${name}`,
    ),
  ),
  fc.oneof(piece, fc.array(piece)),
);

it('any invalid claim is refused with an error of the catalogue', async () => {
  const claims = fc.record({
    headers: fc.record({
      host: optional(piece),
      authorization: optional(header),
      'x-amz-date': optional(piece),
      'x-amz-security-token': optional(piece),
      'x-amz-content-sha256': optional(piece),
    }),
    query,
    path: fc.webPath(),
    allowsPassword: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(claims, async (claim) => {
      const request = { method: 'GET', body: new Uint8Array(), ...claim };
      const error = await admit(request).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toHaveProperty('status', 403);
    }),
    { numRuns: runs(5000) },
  );
});
