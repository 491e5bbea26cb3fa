import { createHash } from 'node:crypto';
import type { Challenge } from '../../../../common/contracts/attestation/messages.ts';
import { signedHeaders } from '../../../../common/contracts/attestation/sts-request.ts';
import { proxyPath } from '../../../ads/identity.ts';
import { withoutPath } from '../../../auth/credentials/aws-principal.ts';
import { bindingFor, principalsOf } from '../../bindings.ts';
import type { LiveModel } from '../../../mesh/live-model.ts';
import type { NodePrincipal } from '../../../model/daybreak-types.ts';
import type { PolicyBindings } from '../../iam-policy/policy-bindings.ts';
import type { StsSettings } from '../../settings.ts';
import type { Attempt, Prover, Proven } from '../attempt.ts';
import type { AwsCaller } from './caller-identity.ts';
import { proveCaller } from './prove-caller.ts';
import { Refused } from '../refused.ts';

/**
 * Creates the prover of the IAM role of a task or instance, by a signed GetCallerIdentity. This control plane builds the whole request
 * itself and sends it to a host of its own choice; only four strings, each of a strict form, are the agent's. The signature covers the
 * nonce, the signing request, the node and the trust domain, so a proof is of no use anywhere else.
 */
export function awsIamProver(
  live: LiveModel,
  sts: StsSettings,
  policies: PolicyBindings | undefined,
  now: () => number = Date.now,
): Prover {
  return {
    method: 'aws iam',
    offers: () => true,
    async verify(attempt, proof) {
      if (proof.method !== 'aws iam')
        throw new Refused('PROOF_REFUSED', 'the proof has to be a signed GetCallerIdentity');
      const subject = subjectOf(attempt.challenge, attempt.hello);
      const caller = await proveCaller(sts, proof, (signed) => signedHeaders(subject, signed), now());
      return requireBinding({ live, policies }, attempt, caller, 'aws iam');
    },
  };
}

function subjectOf({ nonce, audience, stsHost }: Challenge, { nodeId, signingRequest }: Attempt['hello']) {
  const csr = createHash('sha256').update(signingRequest).digest('hex');
  return { nonce: Buffer.from(nonce).toString('hex'), audience, host: stsHost, nodeId, csr };
}

/** Inputs of a binding. `policies`: IAM policies may bind roles; undefined: they do not. */
export type BindingOptions = { readonly live: LiveModel; readonly policies: PolicyBindings | undefined };

/**
 * Returns the proof of a caller that is one of the node's principals, or that its IAM policies bind to the node.
 * @throws Refused with the document that would bind it
 */
export async function requireBinding(
  { live: { model }, policies }: BindingOptions,
  { proxy }: Attempt,
  caller: AwsCaller,
  method: 'aws iam' | 'aws jwt',
): Promise<Proven> {
  const principals = principalsOf(model, proxy);
  const faults = principals.flatMap((principal) => mismatch(principal, caller) ?? []);
  if (principals.some((principal) => mismatch(principal, caller) === undefined))
    return { principal: caller.arn, proof: { method, ...caller } };
  const admission = await policies?.admit(principals, proxy, caller);
  if (admission?.isAllowed === true)
    return { principal: caller.arn, proof: { method, ...caller, boundBy: 'iam policy' } };
  const wanted: NodePrincipal =
    caller.kind === 'role'
      ? { awsRole: { roleArn: caller.principalArn } }
      : { awsUser: { userArn: caller.principalArn } };
  const named = faults.length === 0 ? 'no NodeIdentity binds it' : faults.join('; ');
  const why = admission === undefined ? named : `${named}; ${admission.reason}`;
  const { statement } = admission ?? {};
  const byPolicy =
    statement === undefined
      ? 'This document'
      : `This statement in an IAM policy of the role allows it, if nothing denies it: ${statement}. Or this document`;
  throw new Refused(
    'NOT_BOUND',
    `${caller.arn} is proven, but may not be ${proxyPath(proxy)}: ${why}. ${byPolicy} allows it (daybreak apply -f FILE): ${bindingFor(proxy, wanted)}`,
  );
}

/** Returns why a principal is not the caller; undefined if it is. */
export function mismatch({ awsRole, awsUser }: NodePrincipal, caller: AwsCaller): string | undefined {
  if (awsUser !== undefined) {
    return caller.kind === 'user' && awsUser.userArn === caller.principalArn
      ? undefined
      : `it is bound to ${awsUser.userArn}`;
  }
  if (awsRole === undefined) return 'it is bound to principals of other kinds';
  const { roleArn, uniqueId, session = 'ANY' } = awsRole;
  if (caller.kind !== 'role' || withoutPath(roleArn) !== caller.principalArn)
    return `it is bound to ${roleArn}`;
  if (caller.uniqueId === '' && (uniqueId !== undefined || session !== 'ANY'))
    return `${roleArn} is bound with a unique id or a kind of session, which a token of AWS STS does not name: use aws-iam`;
  if (uniqueId !== undefined && uniqueId !== caller.uniqueId) {
    return `${roleArn} was bound with the unique id ${uniqueId}, and now has ${caller.uniqueId}: the role was made anew under the same name`;
  }
  if (session !== 'ANY' && !SESSIONS[session].test(caller.session)) {
    return `${roleArn} is bound for sessions of ${session}, and this session is ${JSON.stringify(caller.session)}`;
  }
  return undefined;
}

/** Names of sessions: the id of an ECS task, of an EC2 instance. */
const SESSIONS = { ECS_TASK: /^[0-9a-f]{32}$/, EC2_INSTANCE: /^i-[0-9a-f]{8,17}$/ } as const;
