import { describe, expect, it } from 'vitest';
import type { SignedRequest } from './authenticate.ts';
import { compileCredentials } from './credentials/credentials.ts';
import { isSignedWith } from './signature.ts';
import { DOCUMENT, NOW, REGION, signed, type SignOptions } from './testing/signed-requests.ts';
import { readClaim } from './claim.ts';
import { admitSigned } from './verify.ts';

const credentials = compileCredentials(DOCUMENT);
const admit = (request: SignedRequest, now = NOW) =>
  admitSigned({ credentials: () => credentials, region: REGION, now: () => now })(request);
const refused = (error: string, message = '') => ({
  code: error,
  status: 403,
  message: expect.stringContaining(message) as string,
});

const ADMIN: SignOptions = { accessKeyId: 'AKADMIN' };
const VISITOR: SignOptions = { accessKeyId: 'ASVISITOR', sessionToken: 'token' };
const put = { method: 'PUT', path: '/v20190125/meshes', body: '{"meshName":"a"}' };

/** A copy of a request with other headers. */
const withHeaders = (request: SignedRequest, headers: Record<string, string | undefined>): SignedRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});
const authorization = ({ headers }: SignedRequest): string => String(headers['authorization']);

describe('a valid signature is accepted:', () => {
  it.each<[string, Parameters<typeof signed>[0], SignOptions]>([
    ['a GET', {}, ADMIN],
    ['a PUT with a body', put, ADMIN],
    ['a PUT without the digest of its body, as boto signs', put, { ...ADMIN, withoutSum: true }],
    ['escapes in the path', { path: '/v20190125/meshes/a%20b%2Fc/virtualServices/%C3%BC%25%3A80' }, ADMIN],
    ['a query', { query: { limit: '10', nextToken: 'a+b/c= d~ü', meshOwner: '111122223333' } }, ADMIN],
    ['a name twice in the query', { query: { a: ['2', '1'] } }, ADMIN],
    ['blanks in a header', { headers: { 'x-amz-meta': '  a   b  ' } }, ADMIN],
    [
      'a header that clients usually do not sign',
      { headers: { 'user-agent': 'x' } },
      { ...ADMIN, alsoSign: 'user-agent' },
    ],
    ['a session token', put, VISITOR],
    ['a presigned URL', { query: { limit: '1' } }, { ...ADMIN, presign: 60 }],
    ['a presigned URL with a session token', {}, { ...VISITOR, presign: 60 }],
  ])('%s', async (_, request, options) => {
    const { accessKeyId } = options;
    await expect(admit(await signed(request, options))).resolves.toMatchObject({ kind: 'user', accessKeyId });
  });

  it("AWS's own example", async () => {
    const headers = {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    };
    const request = { method: 'GET', path: '/', query: {}, headers, body: Buffer.from('') };
    const sum = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    expect(await isSignedWith(secret, request, readClaim(request), sum)).toBe(true);
    expect(await isSignedWith(`${secret}x`, request, readClaim(request), sum)).toBe(false);
  });

  it.each([-299, 0, 299])('%i seconds ago', async (seconds) => {
    await expect(admit(await signed({}, ADMIN), NOW + seconds * 1000)).resolves.toMatchObject({
      name: 'admin',
    });
  });
});

describe('a change after signing is refused:', () => {
  const changes: readonly [string, (request: SignedRequest) => SignedRequest][] = [
    ['the method', (request) => ({ ...request, method: 'POST' })],
    ['the path', (request) => ({ ...request, path: '/v20190125/meshes/b' })],
    ['an escape of the path', (request) => ({ ...request, path: '/v20190125/mesh%65s' })],
    ['the query', (request) => ({ ...request, query: { limit: '1' } })],
    ['a header that is signed', (request) => withHeaders(request, { host: 'other.example' })],
    ['a missing signed header', (request) => withHeaders(request, { host: undefined })],
    ['the body', (request) => ({ ...request, body: Buffer.from('{"meshName":"b"}') })],
    [
      'the signature',
      (request) =>
        withHeaders(request, {
          authorization: authorization(request).replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        }),
    ],
    [
      'the length of the signature',
      (request) => withHeaders(request, { authorization: `${authorization(request)}0` }),
    ],
  ];
  it.each(changes)('%s', async (_, change) => {
    const request = change(await signed(put, { ...ADMIN, withoutSum: true }));
    await expect(admit(request)).rejects.toMatchObject(
      refused('InvalidSignatureException', 'does not match the signature you provided'),
    );
  });

  it('a longer validity of a presigned URL', async () => {
    const request = await signed({}, { ...ADMIN, presign: 60 });
    const longer = { ...request, query: { ...request.query, 'X-Amz-Expires': '600' } };
    await expect(admit(longer)).rejects.toMatchObject(refused('InvalidSignatureException'));
  });

  it('the body, if the headers have its digest', async () => {
    const request = { ...(await signed(put, ADMIN)), body: Buffer.from('{}') };
    await expect(admit(request)).rejects.toMatchObject(
      refused('InvalidSignatureException', 'is not the SHA-256 of the body'),
    );
  });
});

describe('a signature is refused', () => {
  it.each<[string, SignOptions, string]>([
    ['an unknown key', { accessKeyId: 'AKNONE' }, 'UnrecognizedClientException'],
    ['a wrong secret', { ...ADMIN, secret: 'another secret altogether' }, 'InvalidSignatureException'],
    ['no session token', { accessKeyId: 'ASVISITOR' }, 'UnrecognizedClientException'],
    ['another session token', { ...VISITOR, sessionToken: 'other' }, 'UnrecognizedClientException'],
    ['a session token too many', { ...ADMIN, sessionToken: 'token' }, 'UnrecognizedClientException'],
    ['another service', { ...ADMIN, service: 's3' }, 'InvalidSignatureException'],
    ['another region', { ...ADMIN, region: 'us-east-1' }, 'InvalidSignatureException'],
  ])('with %s', async (_, options, error) => {
    await expect(admit(await signed({}, options))).rejects.toMatchObject(refused(error));
  });

  it('with credentials that have expired', async () => {
    const at = Date.parse('2023-11-15T00:00:00Z');
    await expect(admit(await signed({}, { ...VISITOR, at }), at)).rejects.toMatchObject(
      refused('ExpiredTokenException'),
    );
  });
});

describe('the time of the signature', () => {
  it.each<[string, SignOptions, number, string]>([
    [
      'too long ago',
      ADMIN,
      301,
      'Signature expired: 20231114T221320Z is now earlier than 20231114T221321Z (20231114T221821Z - 5 min.)',
    ],
    ['in the future', ADMIN, -301, 'Signature not yet current: 20231114T221320Z is still later than'],
    ['a presigned URL, too long ago', { ...ADMIN, presign: 60 }, 61, 'past its 60 seconds'],
  ])('%s', async (_, options, seconds, message) => {
    await expect(admit(await signed({}, options), NOW + seconds * 1000)).rejects.toMatchObject(
      refused('InvalidSignatureException', message),
    );
  });

  it('of a presigned URL is valid to its last second', async () => {
    const request = await signed({}, { ...ADMIN, presign: 3600 });
    await expect(admit(request, NOW + 3_600_000)).resolves.toMatchObject({ name: 'admin' });
  });
});

describe('a malformed signature is refused if it', () => {
  const scope = 'AKADMIN/20231114/eu-west-1/appmesh/aws4_request';
  it.each([
    [
      'AWS4-HMAC-SHA256 Credential=a',
      "requires 'Signature' parameter. Authorization header requires 'SignedHeaders'",
    ],
    ['Bearer abc', 'only AWS4-HMAC-SHA256 is supported'],
    ['', 'only AWS4-HMAC-SHA256 is supported'],
    [`AWS4-HMAC-SHA256 Credential=AKADMIN, SignedHeaders=host, Signature=0`, 'slash-delimited'],
    [`AWS4-HMAC-SHA256 Credential=${scope}/more, SignedHeaders=host, Signature=0`, 'slash-delimited'],
    [
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=`,
      "requires 'Signature' parameter",
    ],
  ])('%s', async (header, message) => {
    const request = withHeaders(await signed({}, ADMIN), { authorization: header });
    await expect(admit(request)).rejects.toMatchObject(refused('IncompleteSignatureException', message));
  });

  it('has no date', async () => {
    const request = withHeaders(await signed({}, ADMIN), { 'x-amz-date': undefined });
    await expect(admit(request)).rejects.toMatchObject(
      refused('IncompleteSignatureException', "'X-Amz-Date'"),
    );
  });

  it('has an invalid date', async () => {
    const request = withHeaders(await signed({}, ADMIN), { 'x-amz-date': '20231399T000000Z' });
    await expect(admit(request)).rejects.toMatchObject(
      refused('IncompleteSignatureException', 'YYYYMMDDTHHMMSSZ'),
    );
  });

  it.each([
    ['X-Amz-Signature', undefined, "must include 'X-Amz-Signature'"],
    ['X-Amz-Expires', '604801', 'from 1 to 604800'],
    ['X-Amz-Expires', '-1', 'from 1 to 604800'],
    ['X-Amz-Algorithm', 'AWS4-ECDSA-P256-SHA256', 'unsupported algorithm'],
  ])('a presigned URL: %s is %s', async (name, value, message) => {
    const request = await signed({}, { ...ADMIN, presign: 60 });
    const { [name]: _, ...rest } = request.query;
    const query = value === undefined ? rest : { ...rest, [name]: value };
    await expect(admit({ ...request, query })).rejects.toMatchObject(
      refused('IncompleteSignatureException', message),
    );
  });

  it('is in two places', async () => {
    const { query } = await signed({}, { ...ADMIN, presign: 60 });
    await expect(admit({ ...(await signed({}, ADMIN)), query })).rejects.toMatchObject(
      refused('IncompleteSignatureException', 'another one'),
    );
  });

  it('is missing', async () => {
    await expect(
      admit(withHeaders(await signed({}, ADMIN), { authorization: undefined })),
    ).rejects.toMatchObject(
      refused('MissingAuthenticationTokenException', 'Request is missing Authentication Token'),
    );
  });
});

it('a signature that does not cover the host is refused', async () => {
  const request = await signed({}, ADMIN);
  const changed = authorization(request).replace('SignedHeaders=host;', 'SignedHeaders=');
  await expect(admit(withHeaders(request, { authorization: changed }))).rejects.toMatchObject(
    refused('InvalidSignatureException', "'Host' must be a 'SignedHeader'"),
  );
});

it('a day in the scope that differs from the date is refused', async () => {
  const request = await signed({}, ADMIN);
  const changed = authorization(request).replace('20231114', '20231113');
  await expect(admit(withHeaders(request, { authorization: changed }))).rejects.toMatchObject(
    refused('InvalidSignatureException', "'20231113' != '20231114'"),
  );
});
