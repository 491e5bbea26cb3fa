import { createHash } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import {
  AWS_CLAIMS,
  JWT_ALGORITHM,
  tokenTags,
} from '../../../../common/contracts/attestation/web-identity.ts';
import { withoutPath } from '../../../auth/credentials/aws-principal.ts';
import type { JwtIssuers } from '../../settings.ts';
import type { Attempt, Prover } from '../attempt.ts';
import { requireBinding, type BindingOptions } from './aws-iam.ts';
import type { AwsCaller } from './caller-identity.ts';
import { issuerKeys } from './issuer-keys.ts';
import { Refused } from '../refused.ts';

/** How far the clocks of AWS and this control plane may be apart, in seconds. */
const MOST_SKEW_SECONDS = 300;
/** The oldest token: it is made for a challenge, which is seconds old. */
const MOST_AGE_SECONDS = 300;
const ROLE = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]{1,600}$/;

/**
 * Creates the prover of the IAM role of a task or instance, by a token that AWS STS signed (`sts:GetWebIdentityToken`). The token is for
 * this trust domain, and its tags name the nonce of the stream, the signing request and the node, so it is of no use anywhere else. Only
 * issuers of the settings count, each for its own account. AWS is not asked: only the list of the issuer's keys is read, now and then.
 */
export function awsJwtProver(
  binding: BindingOptions,
  issuers: JwtIssuers,
  now: () => number = Date.now,
  monotonic?: () => number,
): Prover {
  const keys = new Map(
    Array.from(issuers, ([account, issuer]) => [issuer, { account, keys: issuerKeys(issuer, monotonic) }]),
  );
  return {
    method: 'aws jwt',
    offers: () => issuers.size > 0,
    async verify(attempt, proof) {
      if (proof.method !== 'aws jwt')
        throw new Refused('PROOF_REFUSED', 'the proof has to be a token of sts:GetWebIdentityToken');
      const issuer = issuerOf(proof.token);
      const known = keys.get(issuer);
      if (known === undefined)
        throw new Refused(
          'PROOF_REFUSED',
          `${JSON.stringify(issuer.slice(0, 200))} is no issuer of --aws-jwt-issuers`,
        );
      const payload = await verified(proof.token, issuer, known.keys, attempt, now());
      requireTags(payload, attempt);
      return requireBinding(binding, attempt, callerOf(payload, known.account), 'aws jwt');
    },
  };
}

function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw new Refused('PROOF_REFUSED', 'the token is no JSON Web Token');
  }
}

async function verified(
  token: string,
  issuer: string,
  keys: JWTVerifyGetKey,
  { challenge: { audience } }: Attempt,
  now: number,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: [JWT_ALGORITHM],
      currentDate: new Date(now),
      clockTolerance: MOST_SKEW_SECONDS,
      maxTokenAge: MOST_AGE_SECONDS,
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    return payload;
  } catch (error) {
    throw refusalFor(error, now);
  }
}

function refusalFor(error: unknown, now: number): Refused {
  if (error instanceof Refused) return error;
  const isTime =
    error instanceof errors.JWTExpired ||
    (error instanceof errors.JWTClaimValidationFailed && ['iat', 'nbf', 'exp'].includes(error.claim));
  if (isTime)
    return new Refused(
      'CLOCK_SKEW',
      `the token of AWS STS is not valid at ${new Date(now).toISOString()}, the time of this control plane`,
    );
  if (error instanceof errors.JWKSTimeout)
    return new Refused('STS_AWAY', 'the keys of the issuer did not come in time');
  if (error instanceof errors.JWTClaimValidationFailed)
    return new Refused('PROOF_REFUSED', `the claim ${error.claim} of the token is another`);
  if (error instanceof errors.JWKSNoMatchingKey)
    return new Refused('PROOF_REFUSED', 'the issuer has no key of the name that the token names');
  if (error instanceof errors.JWKSInvalid || error instanceof errors.JWKSMultipleMatchingKeys)
    return new Refused('PROOF_REFUSED', 'the list of keys of the issuer is malformed');
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return new Refused('PROOF_REFUSED', 'the signature of the token is wrong');
  return new Refused('PROOF_REFUSED', 'the token cannot be verified', { cause: error });
}

/** The token was made for this challenge, signing request and node. */
function requireTags(payload: JWTPayload, { challenge, hello }: Attempt): void {
  const given = membersOf(membersOf(payload[AWS_CLAIMS])['request_tags']);
  const wanted = tokenTags({
    nonce: Buffer.from(challenge.nonce).toString('hex'),
    csr: createHash('sha256').update(hello.signingRequest).digest('hex'),
    nodeId: hello.nodeId,
  });
  const strange = Object.entries(wanted).find(([name, value]) => given[name] !== value);
  if (strange !== undefined)
    throw new Refused('PROOF_REFUSED', `the tag ${strange[0]} of the token is that of another attempt`);
}

function callerOf(payload: JWTPayload, account: string): AwsCaller {
  const { sub = '' } = payload;
  const owner = ROLE.exec(sub)?.[1];
  if (owner === undefined)
    throw new Refused(
      'PROOF_REFUSED',
      `the token is for ${JSON.stringify(sub.slice(0, 200))}, which is no role`,
    );
  if (owner !== account || membersOf(payload[AWS_CLAIMS])['aws_account'] !== account)
    throw new Refused(
      'PROOF_REFUSED',
      `the token is for account ${owner}, and its issuer is that of ${account}`,
    );
  return { kind: 'role', arn: sub, principalArn: withoutPath(sub), uniqueId: '', session: '' };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
