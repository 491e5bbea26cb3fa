import { parseSpiffeId } from '../../common/contracts/spiffe-id.ts';
import type { CertificateRecord } from '../mesh/identity-records.ts';
import type { Model } from '../mesh/model.ts';
import { mismatch } from './attest/aws-iam.ts';
import { hasName } from './attest/x509.ts';
import { principalsOf } from './bindings.ts';

/**
 * Returns why a certificate of the authority is no longer good before its end; undefined if it is: it was revoked, or no NodeIdentity binds
 * the principal that proved itself for it to the node any more. A join token has no binding.
 */
export function faultOf(
  model: Model,
  { revoked, proof, spiffeId, node }: CertificateRecord,
  trustDomain: string,
): string | undefined {
  if (revoked !== undefined) return `it was revoked at ${new Date(revoked).toISOString()}`;
  const named = parseSpiffeId(spiffeId, trustDomain);
  if (proof === undefined || proof.method === 'join token' || named === undefined) return undefined;
  const principals = principalsOf(model, { ...named, parent: '' });
  const isBound =
    proof.method === 'x509'
      ? principals.some((each) => hasName(each, proof))
      : principals.some((each) => mismatch(each, proof) === undefined);
  const who = proof.method === 'x509' ? [...proof.uris, ...proof.dns].join(', ') : proof.arn;
  return isBound ? undefined : `no NodeIdentity binds ${who} to ${node} any more`;
}
