import { SignatureV4 } from '@smithy/signature-v4';
import { awsCredentials } from '../../../common/aws-credentials.ts';
import { Sha256 } from '../../../common/sha256.ts';
import { ensureHome } from './ensure-home.ts';
import type { OtlpRequest } from '../otlp/send-http.ts';

/**
 * Returns a function that signs requests to a service of AWS with Signature Version 4. The credentials are those that AWS's SDK finds:
 * variables, shared files, the task's role, the instance's role. They are looked up again when they expire.
 */
export function createRequestSigner(
  service: string,
  region: string,
): (request: OtlpRequest) => Promise<OtlpRequest> {
  ensureHome();
  const credentials = awsCredentials(region);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  return async ({ url, headers, body }) => {
    const signed = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: {},
      headers: { ...headers, host: url.host },
      body,
    });
    return { url, headers: signed.headers, body };
  };
}
