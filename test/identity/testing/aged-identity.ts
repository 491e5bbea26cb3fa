// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import type { HeldIdentity } from '../../../agent/identity/held-identity.ts';
import { pemOf } from '../../../agent/identity/pem.ts';
import { makeSigningRequest } from '../../../agent/identity/signing-request.ts';
import {
  createIntermediate,
  createRoot,
  issueLeaf,
  openIssuer,
} from '../../../controlplane/identity/authority/certificates.ts';

const HOUR = 3_600_000;
const LIFETIME_MS = 72 * HOUR;

/** Makes identities that an agent got some time ago: to a test, that is the same as a clock that was moved. */
export type AgedAuthority = {
  /**
   * Returns an identity of 72 hours that is `ageMs` old, since when no control plane answered. `graceHours`: how long the mesh accepts
   * expired certificates.
   */
  readonly issue: (
    nodeId: string,
    spiffeId: string,
    ageMs: number,
    graceHours: number,
  ) => Promise<HeldIdentity>;
};

/** Creates an authority that began 60 days ago. */
export async function agedAuthority(trustDomain: string): Promise<AgedAuthority> {
  const began = Date.now() - 60 * 24 * HOUR;
  const root = await createRoot(trustDomain, began);
  const intermediate = await createIntermediate(trustDomain, root, began);
  const issuer = await openIssuer(intermediate);
  return {
    async issue(nodeId, spiffeId, ageMs, graceHours) {
      const contact = Date.now() - ageMs;
      const { key, request } = await makeSigningRequest();
      const { publicKey } = new Pkcs10CertificateRequest(new Uint8Array(request));
      const { certificate, ends } = await issueLeaf(issuer, spiffeId, publicKey, {
        lifetime: LIFETIME_MS,
        now: contact,
      });
      return {
        nodeId,
        spiffeId,
        key,
        chain: [certificate, intermediate.certificate].map((each) => pemOf('CERTIFICATE', each)).join(''),
        roots: pemOf('CERTIFICATE', root.certificate),
        ends,
        renew: contact + LIFETIME_MS / 2,
        generation: 0,
        expiredGraceSeconds: graceHours * 3600,
        contact,
      };
    },
  };
}
