import type { Call } from '../serving/serve.ts';

/** Answers with status 200 and a text. Default type: plain text. */
export function answerText(
  { response }: Call,
  text: string,
  type: string = 'text/plain; charset=utf-8',
): void {
  if (response.destroyed) return;
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}
