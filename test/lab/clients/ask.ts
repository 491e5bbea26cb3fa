import { join } from 'node:path';
import type { Answer, Ask } from './http.ts';
import type { Host } from '../host.ts';
import type { Identity } from '../inside.ts';

/** The outcome of a request: an answer, or the code of the error that the client saw (`ECONNRESET`). */
export type Outcome = Answer | { readonly error: string };

const PROGRAM = join(import.meta.dirname, 'ask-program.ts');

/** Sends one request from a host, as its app would, or as another user. */
export async function askFrom(
  host: Host,
  url: string,
  options: Omit<Ask, 'agent' | 'body'> & Identity = {},
): Promise<Outcome> {
  const { uid, ...ask } = options;
  const { stdout } = await host.exec(
    process.execPath,
    [PROGRAM, url, JSON.stringify(ask)],
    uid === undefined ? {} : { uid },
  );
  return JSON.parse(stdout) as Outcome;
}
