import { createHash } from 'node:crypto';
import type { Challenge, Proof, ProofMethod } from '../../common/contracts/attestation/messages.ts';
import { signCallerIdentity } from '../../common/contracts/attestation/sign-sts.ts';
import { requireStsHost, stsHost as hostOf } from '../../common/contracts/attestation/sts-host.ts';
import { signedHeaders } from '../../common/contracts/attestation/sts-request.ts';
import { tokenTags } from '../../common/contracts/attestation/web-identity.ts';
import { isTrustDomain } from '../../common/contracts/spiffe-id.ts';
import { readSource } from '../../common/files/source.ts';
import type { FirstProof, IdentitySettings } from './identity-settings.ts';
import { roleCredentials } from './role-credentials.ts';

const METHODS: Readonly<Record<FirstProof, ProofMethod>> = {
  'join-token': 'join token',
  'aws-iam': 'aws iam',
  'aws-jwt': 'aws jwt',
  x509: 'x509',
};

/** Returns the method of a way to prove the identity, for a hello. */
export function methodOf(proof: FirstProof): ProofMethod {
  return METHODS[proof];
}

/**
 * Answers a challenge. `signingRequest` and `nodeId` are those of the hello.
 * @throws Error if the control plane asks for a proof that the settings do not have, or that would be good elsewhere
 */
export async function prove(
  settings: IdentitySettings,
  challenge: Challenge,
  hello: { readonly signingRequest: Uint8Array; readonly nodeId: string },
): Promise<Proof> {
  const { joinToken } = settings;
  requireOwnMethod(settings, challenge.method);
  switch (challenge.method) {
    case 'join token': {
      const token = joinToken === undefined ? '' : readSource(joinToken).toString().trim();
      return { method: 'join token', token };
    }
    case 'aws iam':
      return proveByRole(challenge, hello);
    case 'aws jwt':
      return proveByToken(challenge, hello, settings);
    case 'svid':
    case 'x509':
      return { method: 'connection certificate' };
  }
}

function requireOwnMethod({ proofs }: IdentitySettings, method: ProofMethod): void {
  if (method === 'svid' || proofs.some((proof) => methodOf(proof) === method)) return;
  throw new Error(`the control plane asks for a proof by ${method}, which DAYBREAK_IDENTITY does not have`);
}

/** Requires a challenge for AWS STS and a trust domain, so that the proof is of no use elsewhere. */
function requireOwnPurpose({ stsHost, stsRegion, audience }: Challenge): void {
  requireStsHost(stsHost, stsRegion);
  if (!isTrustDomain(audience)) throw new Error(`${JSON.stringify(audience)} is no trust domain`);
}

/** Signs a GetCallerIdentity request with the role of the task or instance. The proof has only four strings of the request. */
async function proveByRole(
  challenge: Challenge,
  { signingRequest, nodeId }: { readonly signingRequest: Uint8Array; readonly nodeId: string },
): Promise<Proof> {
  requireOwnPurpose(challenge);
  const { stsHost, stsRegion, audience, nonce } = challenge;
  const subject = { host: stsHost, audience, ...subjectOf(nonce, { signingRequest, nodeId }) };
  const target = { host: stsHost, region: stsRegion };
  const credentials = () => roleCredentials(stsRegion);
  const proof = await signCallerIdentity(target, credentials, (signed) => signedHeaders(subject, signed));
  return { method: 'aws iam', ...proof };
}

/** Requests a token from AWS STS that is valid for this attempt only. */
async function proveByToken(
  challenge: Challenge,
  hello: { readonly signingRequest: Uint8Array; readonly nodeId: string },
  { stsEndpoint: endpoint, stsVariant }: IdentitySettings,
): Promise<Proof> {
  requireOwnPurpose(challenge);
  const { stsHost, stsRegion: region, audience, nonce } = challenge;
  // The agent calls AWS STS itself here, perhaps from a network without IPv4.
  const host = stsVariant === undefined ? stsHost : hostOf(region, stsVariant);
  const { webIdentityToken } = await import('./web-identity-token.ts');
  const tags = tokenTags(subjectOf(nonce, hello));
  return { method: 'aws jwt', token: await webIdentityToken({ host, region, endpoint, audience, tags }) };
}

function subjectOf(
  nonce: Uint8Array,
  { signingRequest, nodeId }: { readonly signingRequest: Uint8Array; readonly nodeId: string },
) {
  const csr = createHash('sha256').update(signingRequest).digest('hex');
  return { nonce: Buffer.from(nonce).toString('hex'), csr, nodeId };
}
