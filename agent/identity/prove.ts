import { createHash } from 'node:crypto';
import type { Challenge, Proof, ProofMethod } from '../../common/contracts/attestation/messages.ts';
import { signedHeaders, STS_BODY } from '../../common/contracts/attestation/sts-request.ts';
import { readSource } from '../../common/files/source.ts';
import { Sha256 } from '../../common/sha256.ts';
import { withTimeout } from '../../common/limits/with-timeout.ts';
import type { FirstProof, IdentitySettings } from './identity-settings.ts';

const METHODS: Readonly<Record<FirstProof, ProofMethod>> = {
  'join-token': 'join token',
  'aws-iam': 'aws iam',
  x509: 'x509',
};

/** The methods of the settings, for a hello. */
export function methodsOf({ proofs }: IdentitySettings): readonly ProofMethod[] {
  return proofs.map((proof) => METHODS[proof]);
}

/** How long the search for AWS's credentials may take, in milliseconds. */
const CREDENTIALS_MS = 10_000;

/** Answers a challenge. `signingRequest` and `nodeId` are those of the hello. */
export async function prove(
  { joinToken }: IdentitySettings,
  challenge: Challenge,
  hello: { readonly signingRequest: Uint8Array; readonly nodeId: string },
): Promise<Proof> {
  switch (challenge.method) {
    case 'join token': {
      const token = joinToken === undefined ? '' : readSource(joinToken).toString().trim();
      return { method: 'join token', token };
    }
    case 'aws iam':
      return signCallerIdentity(challenge, hello);
    case 'svid':
    case 'x509':
      return { method: 'connection certificate' };
  }
}

/** Signs a GetCallerIdentity with the role of the task or instance, and keeps all of it but four strings to itself. */
async function signCallerIdentity(
  { stsHost, stsRegion, audience, nonce }: Challenge,
  { signingRequest, nodeId }: { readonly signingRequest: Uint8Array; readonly nodeId: string },
): Promise<Proof> {
  // Loaded only by an agent that uses them: they take megabytes.
  const [{ fromNodeProviderChain }, { SignatureV4 }] = await Promise.all([
    import('@aws-sdk/credential-providers'),
    import('@smithy/signature-v4'),
  ]);
  const credentials = await withTimeout(CREDENTIALS_MS, 'no credentials of AWS', fromNodeProviderChain()());
  const date = new Date();
  const amzDate = date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const sessionToken = credentials.sessionToken ?? '';
  const subject = {
    host: stsHost,
    audience,
    nodeId,
    nonce: Buffer.from(nonce).toString('hex'),
    csr: createHash('sha256').update(signingRequest).digest('hex'),
  };
  const headers = { ...signedHeaders(subject, { date: amzDate, sessionToken }) };
  const signer = new SignatureV4({ service: 'sts', region: stsRegion, credentials, sha256: Sha256 });
  const signed = await signer.sign(
    { method: 'POST', protocol: 'https:', hostname: stsHost, path: '/', query: {}, headers, body: STS_BODY },
    { signingDate: date },
  );
  const signature = /Signature=([0-9a-f]{64})$/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '';
  return { method: 'aws iam', accessKeyId: credentials.accessKeyId, date: amzDate, sessionToken, signature };
}
