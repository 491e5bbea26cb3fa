import { connect } from 'node:net';
import type { ListenAddress } from '../agent/serving/serve.ts';

/** Longer answers are cut off, in characters. */
const MOST_CHARACTERS = 4000;

/** An HTTP answer; `body` has at most 4000 characters, without the blanks at its end. */
export type PlainAnswer = { readonly status: number; readonly body: string };

/**
 * Sends `GET path` to a server on this machine, and reads its answer, by HTTP/1.0: the answer ends with the connection. For health checks, which run
 * every few seconds: `node:http` takes as much time to load as all of Node.
 * @throws Error if there is no HTTP answer within `limitMs` milliseconds
 */
export function plainGet(place: ListenAddress, path: string, limitMs: number): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      'path' in place ? { path: place.path } : { host: place.address, port: place.port },
    );
    const limit = setTimeout(() => socket.destroy(new Error(`no answer within ${limitMs} ms`)), limitMs);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text = `${text}${chunk}`.slice(0, MOST_CHARACTERS);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(limit);
      const [, status, body = ''] = /^HTTP\/1\.[01] (\d{3})\b.*?(?:\r\n\r\n(.*))?$/s.exec(text) ?? [];
      if (status === undefined) reject(new Error('the answer is not HTTP'));
      else resolve({ status: Number(status), body: body.trimEnd() });
    });
    socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  });
}
