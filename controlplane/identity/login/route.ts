import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createKeyedBuckets } from '../../../common/limits/keyed-buckets.ts';
import { createTokenBucket } from '../../../common/limits/token-bucket.ts';
import { signedLoginHeaders } from '../../../common/contracts/attestation/sts-request.ts';
import type { AwsIamProof } from '../../../common/contracts/attestation/messages.ts';
import { LOGIN_ACTION } from '../../auth/actions.ts';
import type { Signers } from '../../auth/open-access.ts';
import { userArn } from '../../auth/principal.ts';
import { originOf } from '../../connections/connection-tracker.ts';
import type { RouteConfig } from '../../http/call.ts';
import { ApiError, badRequest, tooManyRequests } from '../../http/errors.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { AwsCaller } from '../attest/aws/caller-identity.ts';
import { proveCaller } from '../attest/aws/prove-caller.ts';
import { Refused } from '../attest/refused.ts';
import type { StsSettings } from '../settings.ts';
import type { SessionKeyring } from './session-keys.ts';
import { createUsedChallenges } from './used-challenges.ts';

/** The path of logins. */
export const LOGIN_PATH = '/daybreak/v1/login';

/** Calls a second of one address, so that strangers who ask for challenges keep no other caller out. A login is two calls. */
const RATE_OF_ADDRESS = { rate: 10, burst: 100 };
/** Proofs a second, in all. Each one asks AWS STS. */
const RATE_OF_PROOFS = { rate: 20, burst: 200 };
/** Questions to AWS STS at once. */
const MOST_AT_ONCE = 32;
/** The longest text of a member, in characters. */
const LONGEST = 8192;

/** Inputs of the route. `signers`: the users; undefined if authentication is off. */
export type LoginOptions = {
  readonly signers: Signers | undefined;
  readonly live: Pick<LiveModel, 'commit'>;
  readonly keyring: SessionKeyring;
  readonly trustDomain: string;
  readonly sts: StsSettings;
  readonly now?: () => number;
};

/**
 * Serves `POST /daybreak/v1/login`: without a proof, it answers with a challenge; with the challenge and a signed GetCallerIdentity, with keys for
 * an hour. No authentication: this is one.
 */
export function loginRoute({ signers, live, keyring, trustDomain, sts, now = Date.now }: LoginOptions) {
  const addresses = createKeyedBuckets(RATE_OF_ADDRESS);
  const proofs = createTokenBucket(RATE_OF_PROOFS);
  const used = createUsedChallenges(live, now);
  let inProgress = 0;

  async function login(request: FastifyRequest, body: Readonly<Record<string, unknown>>) {
    if (signers === undefined)
      throw badRequest('This control plane has no --credentials: no call needs keys.');
    requireRate(addresses(originOf(request.ip))());
    const { challenge } = body;
    if (challenge === undefined) {
      const { host, region } = sts;
      return {
        challenge: await keyring.challenge(),
        audience: trustDomain,
        stsHost: host,
        stsRegion: region,
      };
    }
    const text = textOf(body, 'challenge');
    const proof = proofOf(body);
    request.call.input = { awsAccessKeyId: proof.accessKeyId };
    const opened = await keyring.openChallenge(text);
    if (opened === undefined) throw spent();
    requireRate(proofs());
    const { host = '' } = request.headers;
    const subject = { host: sts.host, audience: trustDomain, challenge: text, endpoint: host };
    const caller = await ask(proof, (signed) => signedLoginHeaders(subject, signed));
    request.call.input = { awsCaller: caller.arn };
    const user = signers.loginOf(caller.principalArn);
    if (user === undefined) throw unbound(caller);
    // After the proof, so that no stranger makes the store write.
    if (!(await used.use(opened.id))) throw spent();
    const keys = await keyring.create(user, caller);
    request.call.caller = { ...user, accessKeyId: keys.accessKeyId, awsCaller: caller.arn };
    const { accessKeyId, secretAccessKey, sessionToken, expires } = keys;
    const expiration = new Date(expires).toISOString();
    return { user: userArn(user), accessKeyId, secretAccessKey, sessionToken, expiration };
  }

  async function ask(proof: AwsIamProof, headersOf: Parameters<typeof proveCaller>[2]): Promise<AwsCaller> {
    if (inProgress >= MOST_AT_ONCE) throw tooManyRequests('Too many logins at once. Try again in 1 s.', 1);
    inProgress += 1;
    try {
      return await proveCaller(sts, proof, headersOf, now());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { code, reason, retryAfterSeconds } = error.refusal;
      if (code === 'STS_AWAY')
        throw tooManyRequests(`${reason}. Try again in ${retryAfterSeconds} s.`, retryAfterSeconds);
      throw denied(code, reason, error);
    } finally {
      inProgress -= 1;
    }
  }

  return async (app: FastifyInstance): Promise<void> => {
    const config: RouteConfig = { open: true, action: LOGIN_ACTION };
    app.post(LOGIN_PATH, { config }, async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return login(request, parseJsonBody((request.body as Buffer | undefined) ?? new Uint8Array()));
    });
  };
}

function requireRate(wait: number): void {
  if (wait === 0) return;
  const seconds = Math.max(1, Math.ceil(wait));
  throw tooManyRequests(`Too many logins. Try again in ${seconds} s.`, seconds);
}

function proofOf(body: Readonly<Record<string, unknown>>): AwsIamProof {
  return {
    accessKeyId: textOf(body, 'accessKeyId'),
    date: textOf(body, 'date'),
    sessionToken: body['sessionToken'] === undefined ? '' : textOf(body, 'sessionToken'),
    signature: textOf(body, 'signature'),
  };
}

function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value.length <= LONGEST) return value;
  throw badRequest(`${name}: it has to be a text of up to ${LONGEST} characters.`);
}

function unbound({ arn, principalArn }: AwsCaller): ApiError {
  const member = JSON.stringify({ awsPrincipals: [principalArn] }).slice(1, -1);
  return denied(
    'NOT_BOUND',
    `${arn} is proven, but may log in as no user. Add this member to a user in the file of --credentials: ${member}`,
  );
}

function spent(): ApiError {
  return denied('CHALLENGE', 'the challenge has expired, or was used already: ask for another one');
}

function denied(code: string, reason: string, cause?: unknown): ApiError {
  return new ApiError('AccessDeniedException', `${code}: ${reason}`, { cause });
}
