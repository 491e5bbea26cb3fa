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
