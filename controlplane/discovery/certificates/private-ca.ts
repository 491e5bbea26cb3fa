import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { Sha256 } from '../../../common/sha256.ts';
import { parseArn, type CertificateArn } from './arn.ts';
import { readAuthority } from './certificate.ts';
import { awsCredentials } from '../../../common/aws-credentials.ts';
import { incomplete, refused } from '../errors.ts';

/** A client of AWS Private CA that returns an authority's own certificate, PEM. Rejects with a DiscoveryError. */
export type PrivateCa = { readonly authority: (arn: string, signal: AbortSignal) => Promise<string> };

const SERVICE = 'AWS Private CA';
const TARGET = 'ACMPrivateCA.GetCertificateAuthorityCertificate';

/**
 * Creates a client for one call of AWS's JSON protocol, signed and sent here: no other call of this service is needed, and its
 * SDK client would bring a second generation of the SDK's packages.
 */
export function createPrivateCa(endpoint: string | undefined): PrivateCa {
  const known = new Map<string, AwsCredentialIdentityProvider>();
  return {
    async authority(arn, signal) {
      const at = parseArn(arn, 'acm-pca');
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
        headers: { host: url.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGET },
        body: JSON.stringify({ CertificateAuthorityArn: arn }),
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
    },
  };
}

function defaultEndpoint({ partition, region }: CertificateArn): string {
  return `https://acm-pca.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

function readAnswer(status: number, body: string): string {
  const answer = parse(body);
  if (status !== 200) {
    const type = text(answer['__type']).replace(/^.*#/, '');
    throw refused(SERVICE, status, type, text(answer['message'] ?? answer['Message']));
  }
  const pem = text(answer['Certificate']);
  if (pem === '') throw incomplete(SERVICE, 'a certificate');
  return readAuthority(pem, SERVICE);
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
