import { Sha256 } from '../../sha256.ts';
import { withTimeout } from '../../limits/with-timeout.ts';
import type { AwsIamProof } from './messages.ts';
import { STS_BODY, type SignedTime } from './sts-request.ts';

/** How long the search for AWS's credentials may take, in milliseconds. */
const CREDENTIALS_MS = 10_000;

/** The host that the request is signed for, and its region. */
export type StsTarget = { readonly host: string; readonly region: string };

/** Credentials of AWS. */
export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

/**
 * Signs a GetCallerIdentity, and returns only the four strings that the control plane cannot know. `headersOf` returns the headers to sign.
 * `credentials` has 10 seconds.
 */
export async function signCallerIdentity(
  { host, region }: StsTarget,
  credentials: () => Promise<AwsCredentials>,
  headersOf: (signed: SignedTime) => Readonly<Record<string, string>>,
): Promise<AwsIamProof> {
  const [found, { SignatureV4 }] = await Promise.all([
    withTimeout(CREDENTIALS_MS, 'no credentials of AWS', credentials()),
    import('@smithy/signature-v4'),
  ]);
  const { accessKeyId, secretAccessKey, sessionToken = '' } = found;
  const signingDate = new Date();
  const date = signingDate.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const headers = { ...headersOf({ date, sessionToken }) };
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) },
    sha256: Sha256,
  });
  const signed = await signer.sign(
    { method: 'POST', protocol: 'https:', hostname: host, path: '/', query: {}, headers, body: STS_BODY },
    { signingDate },
  );
  const signature = /Signature=([0-9a-f]{64})$/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '';
  return { accessKeyId, date, sessionToken, signature };
}
