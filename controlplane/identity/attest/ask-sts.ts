import { setTimeout as sleep } from 'node:timers/promises';
import { STS_BODY } from '../../../common/contracts/attestation/sts-request.ts';
import { AnswerTooLong, postToAws, type AwsAnswer } from '../aws-post.ts';
import type { StsSettings } from '../settings.ts';
import { Refused } from './refused.ts';

/** Time limit of one request, in milliseconds. */
const LIMIT_MS = 5000;
/** The longest wait before the second request, in milliseconds: half of it, and as much again at random. */
const MOST_WAIT_MS = 1000;
/** The longest answer, in bytes. The real one has about 500. */
const LONGEST_ANSWER = 16 * 1024;

/**
 * Sends a signed GetCallerIdentity to AWS STS and returns the body of its answer. Follows no redirect. Asks once more if STS fails or
 * throttles.
 * @throws Refused
 */
export async function askSts(sts: StsSettings, headers: Readonly<Record<string, string>>): Promise<string> {
  let answer = await ask(sts, headers);
  if (answer.status >= 500 || answer.status === 429) {
    await sleep((MOST_WAIT_MS / 2) * (1 + Math.random()));
    answer = await ask(sts, headers);
  }
  const { status, type, body } = answer;
  if (status >= 500 || status === 429) throw new Refused('STS_AWAY', `AWS STS answered ${status}`);
  if (status !== 200)
    throw new Refused('PROOF_REFUSED', `AWS STS refused the signature: ${status} ${errorCodeIn(body)}`);
  if (!/^text\/xml(?:;|$)/.test(type))
    throw new Refused('PROOF_REFUSED', 'the answer of AWS STS is not text/xml');
  return body;
}

async function ask({ endpoint }: StsSettings, headers: Readonly<Record<string, string>>): Promise<AwsAnswer> {
  const limits = { signal: AbortSignal.timeout(LIMIT_MS), longest: LONGEST_ANSWER };
  try {
    return await postToAws(new URL(`${endpoint}/`), headers, STS_BODY, limits);
  } catch (cause) {
    if (cause instanceof AnswerTooLong)
      throw new Refused('PROOF_REFUSED', `the answer of AWS STS cannot be used: ${cause.message}`);
    throw new Refused('STS_AWAY', `AWS STS did not answer at ${endpoint}`, { cause });
  }
}

function errorCodeIn(body: string): string {
  return /<Code>([A-Za-z]{1,64})<\/Code>/.exec(body)?.[1] ?? '';
}
