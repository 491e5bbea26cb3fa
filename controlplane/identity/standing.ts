import { parseSpiffeId } from '../../common/contracts/spiffe-id.ts';
import type { CertificateRecord } from '../mesh/identity-records.ts';
import type { Model } from '../mesh/model.ts';
import { mismatch } from './attest/aws/aws-iam.ts';
import { hasName } from './attest/x509.ts';
import { namesAwsPrincipals, principalsOf } from './bindings.ts';
import type { PolicyBindings } from './iam-policy/policy-bindings.ts';

/** Returns why a certificate is no longer good before its end; undefined if it is. */
export type Standing = (record: CertificateRecord) => string | undefined;

/** Inputs. `policies`: bindings by IAM policies; undefined: they are off. */
export type StandingOptions = {
  readonly model: Model;
  readonly trustDomain: string;
  readonly policies: Pick<PolicyBindings, 'fault'> | undefined;
};

/**
 * Creates the standing of certificates of the authority: one is no longer good if it was revoked, or nothing binds the principal that proved itself
 * for it to the node any more, neither a NodeIdentity nor, as far as AWS IAM last answered, an IAM policy. A join token has no binding.
 */
export function createStanding({ model, trustDomain, policies }: StandingOptions): Standing {
  return ({ revoked, proof, spiffeId, node }) => {
    if (revoked !== undefined) return `it was revoked at ${new Date(revoked).toISOString()}`;
    const named = parseSpiffeId(spiffeId, trustDomain);
    if (proof === undefined || proof.method === 'join token' || named === undefined) return undefined;
    const principals = principalsOf(model, { ...named, parent: '' });
    const isNamed =
      proof.method === 'x509'
        ? principals.some((each) => hasName(each, proof))
        : principals.some((each) => mismatch(each, proof) === undefined);
    if (isNamed) return undefined;
    const byPolicy =
      proof.method !== 'x509' && proof.boundBy === 'iam policy' && !principals.some(namesAwsPrincipals);
    if (byPolicy && policies !== undefined) return policies.fault(proof, named);
    const who = proof.method === 'x509' ? [...proof.uris, ...proof.dns].join(', ') : proof.arn;
    if (byPolicy) return `an IAM policy bound ${who} to ${node}, and --bind-by-iam-policy is off`;
    return `no NodeIdentity binds ${who} to ${node} any more`;
  };
}
