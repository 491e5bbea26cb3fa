import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { request as requestOverTls } from 'node:https';

/** A whole answer of AWS. */
export type AwsAnswer = { readonly status: number; readonly type: string; readonly body: string };

/** The answer is longer than its limit. */
export class AnswerTooLong extends Error {}

/**
 * Posts a form to AWS, and returns the whole answer, whatever its status. Follows no redirect. `longest`: the limit of the answer, in bytes.
 * Rejects if no answer arrives before `signal`.
 * @throws AnswerTooLong
 */
export async function postToAws(
  url: URL,
  headers: Readonly<Record<string, string>>,
  form: string,
  { signal, longest }: { readonly signal: AbortSignal; readonly longest: number },
): Promise<AwsAnswer> {
  const send = url.protocol === 'https:' ? requestOverTls : request;
  const sent = send(url, { method: 'POST', headers, signal });
  sent.end(form);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  // An error after that is one of the answer too.
  sent.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) {
      answer.destroy();
      throw new AnswerTooLong(`it is longer than ${longest} bytes`);
    }
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode ?? 0,
    type: answer.headers['content-type'] ?? '',
    body: Buffer.concat(chunks).toString(),
  };
}

/** Errors with status 400 after which the same request may succeed a moment later: AWS's query protocol throttles with this status. */
const THROTTLING: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'TooManyRequestsException',
]);

/** Returns the code of an error of AWS's query protocol, such as `SignatureDoesNotMatch`; empty if the answer has none. */
export function errorCodeOf({ body }: AwsAnswer): string {
  return /<Code>([A-Za-z]{1,64})<\/Code>/.exec(body)?.[1] ?? '';
}

/** Whether AWS failed or throttles, so that the same request may succeed a moment later. */
export function mayPass(answer: AwsAnswer): boolean {
  const { status } = answer;
  return status >= 500 || status === 429 || (status === 400 && THROTTLING.has(errorCodeOf(answer)));
}
