import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { Sha256 } from '../../../common/sha256.ts';
import { awsCredentials } from '../../../common/aws-credentials.ts';
import { awsPartition } from '../../../common/aws-partition.ts';
import { DiscoveryError, incomplete, refused } from '../errors.ts';
import { parseArn, type CertificateArn } from './arn.ts';

/** Calls AWS Private CA in the region of an authority. Rejects with a DiscoveryError. */
export type PrivateCaCall = (
  authorityArn: string,
  target: `ACMPrivateCA.${string}`,
  input: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<PrivateCaAnswer>;

/** An answer. `text` returns a member. @throws DiscoveryError if there is no such text */
export type PrivateCaAnswer = { readonly text: (member: string) => string };

/** AWS Private CA answered with an error. `type`: its name, such as `RequestInProgressException`. */
export class PrivateCaRefusal extends DiscoveryError {
  readonly type: string;
  readonly status: number;

  constructor(status: number, type: string, message: string) {
    super(refused(SERVICE, status, type, message).message);
    this.type = type;
    this.status = status;
  }
}

const SERVICE = 'AWS Private CA';

/**
 * Creates calls in AWS's JSON protocol, which are signed and sent here: few calls of this service are needed, and its SDK client would
 * bring a second generation of the SDK's packages. `endpoint` replaces AWS's own address.
 */
export function createPrivateCaCall(endpoint: string | undefined): PrivateCaCall {
  const known = new Map<string, AwsCredentialIdentityProvider>();
  return async (authorityArn, target, input, signal) => {
    const at = parseArn(authorityArn, 'acm-pca');
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const credentials = known.get(at.region) ?? awsCredentials(at.region);
    known.set(at.region, credentials);
    const signer = new SignatureV4({ service: 'acm-pca', region: at.region, credentials, sha256: Sha256 });
    const url = new URL(endpoint ?? defaultEndpoint(at));
    const request = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      query: {},
      headers: { host: url.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: JSON.stringify({ CertificateAuthorityArn: authorityArn, ...input }),
    };
    const { headers } = await signer.sign(request);
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: request.body,
      signal,
      redirect: 'error',
    });
    return readAnswer(response.status, await response.text());
  };
}

function defaultEndpoint({ region }: CertificateArn): string {
  return `https://acm-pca.${region}.${awsPartition(region).domain}`;
}

function readAnswer(status: number, body: string): PrivateCaAnswer {
  const answer = parse(body);
  if (status !== 200) {
    const type = text(answer['__type']).replace(/^.*#/, '');
    throw new PrivateCaRefusal(status, type, text(answer['message'] ?? answer['Message']));
  }
  return {
    text(member) {
      const value = text(answer[member]);
      if (value === '') throw incomplete(SERVICE, `a ${member}`);
      return value;
    },
  };
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
