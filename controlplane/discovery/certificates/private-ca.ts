import { readAuthority } from './certificate.ts';
import { createPrivateCaCall } from './private-ca-call.ts';

/** A client of AWS Private CA that returns an authority's own certificate, PEM. Rejects with a DiscoveryError. */
export type PrivateCa = { readonly authority: (arn: string, signal: AbortSignal) => Promise<string> };

/** Creates a client. `endpoint` replaces AWS's own address. */
export function createPrivateCa(endpoint: string | undefined): PrivateCa {
  const call = createPrivateCaCall(endpoint);
  return {
    async authority(arn, signal) {
      const answer = await call(arn, 'ACMPrivateCA.GetCertificateAuthorityCertificate', {}, signal);
      return readAuthority(answer.text('Certificate'), 'AWS Private CA');
    },
  };
}
