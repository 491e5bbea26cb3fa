import { setTimeout as sleep } from 'node:timers/promises';
import { STS_BODY } from '../../../../common/contracts/attestation/sts-request.ts';
import { AnswerTooLong, errorCodeOf, mayPass, postToAws, type AwsAnswer } from '../../aws-post.ts';
import type { StsSettings } from '../../settings.ts';
import { Refused } from '../refused.ts';

/** Time limit of one request, in milliseconds. */
const LIMIT_MS = 5000;
/** The longest wait before the second request, in milliseconds: half of it, and as much again at random. */
const MOST_WAIT_MS = 1000;
/** The longest answer, in bytes. The real one has about 500. */
const LONGEST_ANSWER = 16 * 1024;

/**
 * Sends a signed GetCallerIdentity to AWS STS and returns the body of its answer. Follows no redirect. Asks once more if the connection breaks, and if STS
 * fails or throttles.
 * @throws Refused
 */
export async function askSts(sts: StsSettings, headers: Readonly<Record<string, string>>): Promise<string> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  let answer = await ask(sts, headers, limit).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.refusal.code !== 'STS_AWAY' || limit.aborted) throw error;
    return undefined;
  });
  if (answer === undefined || mayPass(answer)) {
    await sleep((MOST_WAIT_MS / 2) * (1 + Math.random()));
    answer = await ask(sts, headers, AbortSignal.timeout(LIMIT_MS));
  }
  const { status, type, body } = answer;
  const answered = `${status} ${errorCodeOf(answer)}`.trimEnd();
  if (mayPass(answer)) throw new Refused('STS_AWAY', `AWS STS answered ${answered}`);
  if (status !== 200) throw new Refused('PROOF_REFUSED', `AWS STS refused the signature: ${answered}`);
  if (!/^text\/xml(?:;|$)/.test(type))
    throw new Refused('PROOF_REFUSED', 'the answer of AWS STS is not text/xml');
  return body;
}

async function ask(
  { endpoint }: StsSettings,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<AwsAnswer> {
  try {
    return await postToAws(new URL(`${endpoint}/`), headers, STS_BODY, { signal, longest: LONGEST_ANSWER });
  } catch (cause) {
    if (cause instanceof AnswerTooLong)
      throw new Refused('PROOF_REFUSED', `the answer of AWS STS cannot be used: ${cause.message}`);
    throw new Refused('STS_AWAY', `AWS STS did not answer at ${endpoint}`, { cause });
  }
}
