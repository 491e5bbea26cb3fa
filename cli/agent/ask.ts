import { request } from 'node:http';
import type { ListenAddress } from '../../agent/serving/serve.ts';
import { CommandError } from '../errors.ts';
import { nameOfPlace } from './name-of-place.ts';

/** An answer of the agent. */
export type AgentAnswer = { readonly status: number; readonly body: string };

const LIMIT_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Asks a running agent. Default time limit: 10 s; at most 64 MiB.
 * @throws CommandError if it does not answer
 */
export async function askAgent(
  place: ListenAddress,
  path: string,
  method: 'GET' | 'POST' = 'GET',
  limitMs = LIMIT_MS,
): Promise<AgentAnswer> {
  const where = 'path' in place ? { socketPath: place.path } : { host: place.address, port: place.port };
  const { promise, resolve, reject } = Promise.withResolvers<AgentAnswer>();
  const signal = AbortSignal.timeout(limitMs);
  const call = request({ ...where, path, method, agent: false, signal }, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) response.destroy(new Error(`the answer has more than ${MOST_BYTES} bytes`));
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
    );
  });
  call.on('error', reject);
  call.end();
  try {
    return await promise;
  } catch (cause) {
    throw new CommandError(`the agent at ${nameOfPlace(place)} does not answer`, { cause });
  }
}

/**
 * Asks the places in turn, and returns the first answer of status 200.
 * @throws CommandError if none gives one, with the reason of the last
 */
export async function askFirst(places: readonly ListenAddress[], path: string): Promise<string> {
  let failure: unknown = new CommandError('there is no place to ask');
  for (const place of places) {
    try {
      const { status, body } = await askAgent(place, path);
      if (status === 200) return body;
      failure = new CommandError(`the agent at ${nameOfPlace(place)} answered ${status}: ${body.trim()}`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
