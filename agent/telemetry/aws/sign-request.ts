import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../../common/sha256.ts';
import { withTimeout } from '../../../common/with-timeout.ts';
import { ensureHome } from './ensure-home.ts';
import type { OtlpRequest } from '../otlp/send-http.ts';

/** Time-out of a metadata service, in milliseconds. */
const METADATA_LIMIT_MS = 1000;
/** Time-out of the whole chain of credentials, in milliseconds. */
const LIMIT_MS = 5000;

/**
 * Returns a function that signs requests to a service of AWS with Signature Version 4. The credentials are those that AWS's SDK finds:
 * variables, shared files, the task's role, the instance's role. They are looked up again when they expire.
 */
export function createRequestSigner(
  service: string,
  region: string,
): (request: OtlpRequest) => Promise<OtlpRequest> {
  ensureHome();
  const chain = fromNodeProviderChain({
    timeout: METADATA_LIMIT_MS,
    maxRetries: 1,
    clientConfig: { region },
  });
  const credentials = () => withTimeout(LIMIT_MS, 'no AWS credentials could be had', chain());
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
