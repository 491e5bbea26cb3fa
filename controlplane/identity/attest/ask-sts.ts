import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { STS_BODY } from '../../../common/contracts/attestation/sts-request.ts';
import type { StsSettings } from '../settings.ts';
import { Refused } from './refused.ts';

/** Time limit of one request, in milliseconds. */
const LIMIT_MS = 5000;
/** The longest wait before the second request, in milliseconds: half of it, and as much again at random. */
const MOST_WAIT_MS = 1000;
/** The longest answer, in bytes. The real one has about 500. */
const LONGEST_ANSWER = 16 * 1024;

type Answer = { readonly status: number; readonly type: string; readonly body: string };

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

async function ask({ endpoint }: StsSettings, headers: Readonly<Record<string, string>>): Promise<Answer> {
  try {
    const url = new URL(`${endpoint}/`);
    const send = url.protocol === 'https:' ? requestOverTls : request;
    const sent = send(url, { method: 'POST', headers, signal: AbortSignal.timeout(LIMIT_MS) });
    sent.end(STS_BODY);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    // An error after that is one of the answer too.
    sent.on('error', () => undefined);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LONGEST_ANSWER) {
        answer.destroy();
        throw new Refused('PROOF_REFUSED', `the answer of AWS STS is longer than ${LONGEST_ANSWER} bytes`);
      }
      chunks.push(chunk);
    }
    return {
      status: answer.statusCode ?? 0,
      type: answer.headers['content-type'] ?? '',
      body: Buffer.concat(chunks).toString(),
    };
  } catch (cause) {
    if (cause instanceof Refused) throw cause;
    throw new Refused('STS_AWAY', `AWS STS did not answer at ${endpoint}`, { cause });
  }
}

function errorCodeIn(body: string): string {
  return /<Code>([A-Za-z]{1,64})<\/Code>/.exec(body)?.[1] ?? '';
}
