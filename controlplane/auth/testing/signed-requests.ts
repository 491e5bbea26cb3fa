import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import { Sha256 } from '../../../common/sha256.ts';
import type { SignedRequest } from '../authenticate.ts';
import type { CredentialsDocument } from '../credentials/credentials-document.ts';

/** The region of signatures, and their default time. */
export const REGION = 'eu-west-1';
export const NOW = 1_700_000_000_000;

/** A test secret, a different one per key. */
export const secretOf = (accessKeyId: string): string => `secret-of-${accessKeyId}-123456`;

/** The key, time and scope of a signature. */
export type SignOptions = {
  readonly accessKeyId: string;
  readonly secret?: string;
  readonly sessionToken?: string;
  readonly at?: number;
  readonly region?: string;
  readonly service?: string;
  /** Makes a presigned URL with this validity, in seconds. */
  readonly presign?: number;
  /** Omits the body's digest from the headers, as boto does. */
  readonly withoutSum?: boolean;
  /** Also signs a header that clients usually do not sign. */
  readonly alsoSign?: string;
};

/** Returns a client's request, signed by the library of AWS's own SDK. */
export async function signed(
  { method = 'GET', path = '/v20190125/meshes', query = {}, headers = {}, body = '' }: Partial<HttpRequest>,
  options: SignOptions,
): Promise<SignedRequest> {
  const { accessKeyId, secret = secretOf(accessKeyId), sessionToken, at = NOW, presign } = options;
  const signer = new SignatureV4({
    credentials: {
      accessKeyId,
      secretAccessKey: secret,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    region: options.region ?? REGION,
    service: options.service ?? 'appmesh',
    sha256: Sha256,
    applyChecksum: options.withoutSum !== true,
  });
  const request: HttpRequest = {
    method,
    path,
    query,
    headers: { host: 'daybreak.example', ...headers },
    protocol: 'https:',
    hostname: 'daybreak.example',
    body: String(body),
  };
  const signingDate = new Date(at);
  const result =
    presign === undefined
      ? await signer.sign(request, {
          signingDate,
          ...(options.alsoSign === undefined ? {} : { signableHeaders: new Set([options.alsoSign]) }),
        })
      : await signer.presign(request, { signingDate, expiresIn: presign });
  const entries = Object.entries(result.query ?? {}).map(([name, value]) => [name, value ?? '']);
  return {
    method,
    path,
    query: Object.fromEntries(entries) as SignedRequest['query'],
    headers: result.headers,
    body: Buffer.from(String(body)),
  };
}

/** The key of a user of the tests. */
export const key = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: secretOf(accessKeyId) });
/** A statement of a policy. */
export const policy = (
  Effect: 'Allow' | 'Deny',
  Action: string | string[],
  Resource: string | string[] = '*',
) => ({
  Effect,
  Action,
  Resource,
});

/** The account that owns the meshes, and an account that some of them are shared with. */
export const OWNER = '111122223333';
export const GUEST = '444455556666';

/** Two accounts with users of different permissions. OWNER shares its mesh `shared` with GUEST. */
export const DOCUMENT: CredentialsDocument = {
  accounts: [
    {
      id: OWNER,
      shares: [{ mesh: 'shared', with: [GUEST] }],
      users: [
        { name: 'admin', accessKeys: [key('AKADMIN')], policies: [{ Statement: policy('Allow', '*') }] },
        {
          name: 'reader',
          accessKeys: [key('AKREADER')],
          policies: [
            { Version: '2012-10-17', Statement: [policy('Allow', ['appmesh:Describe*', 'appmesh:List*'])] },
          ],
        },
        {
          name: 'careful',
          accessKeys: [key('AKCAREFUL')],
          policies: [
            {
              Statement: [
                policy('Allow', 'appmesh:*', 'arn:aws:appmesh:*:*:mesh/shared*'),
                policy('Deny', 'appmesh:Delete*'),
              ],
            },
          ],
        },
        { name: 'powerless', accessKeys: [key('AKPOWERLESS')] },
        {
          name: 'visitor',
          accessKeys: [{ ...key('ASVISITOR'), sessionToken: 'token', expiration: '2023-11-15T00:00:00Z' }],
          policies: [{ Statement: policy('Allow', 'appmesh:*') }],
        },
      ],
    },
    {
      id: GUEST,
      users: [
        {
          name: 'guest',
          accessKeys: [key('AKGUEST')],
          policies: [{ Statement: policy('Allow', 'appmesh:*') }],
        },
      ],
    },
  ],
};
