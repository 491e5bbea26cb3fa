import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** AWS as the tests have it: a server on this machine's loopback, with an account that is empty at first. */
export type Moto = {
  /** What the SDKs are given as the endpoint of every service. */
  readonly endpoint: string;
  /** Stops it from answering: connections are taken, and nothing comes back. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => Promise<void>;
};

const START_LIMIT_MS = 30_000;

/**
 * Starts the moto that DAYBREAK_MOTO names. For tests.
 * @throws Error when it names none, or none that serves
 */
export async function startMoto(host = '127.0.0.1'): Promise<Moto> {
  const command = process.env['DAYBREAK_MOTO'];
  if (command === undefined || command === '') {
    throw new Error('DAYBREAK_MOTO names no moto: `npm test` installs one and sets it');
  }
  const program = execa(command, ['-H', host, '-p', '0'], { reject: false, stdin: 'ignore', buffer: false });
  let said = '';
  const { promise: serves, resolve } = Promise.withResolvers<string>();
  program.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const [, endpoint] = /Running on (http:\/\/\S+)/.exec(said) ?? [];
    if (endpoint !== undefined) resolve(endpoint);
  });
  const limit = new AbortController();
  const tooLate = sleep(START_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
  const endpoint = await Promise.race([serves, program.then(() => undefined), tooLate]);
  limit.abort();
  if (endpoint === undefined) {
    program.kill('SIGKILL');
    throw new Error(`moto does not serve:\n${said}`);
  }
  // What it goes on to say is a line a call.
  program.stderr.removeAllListeners('data').resume();
  return {
    endpoint,
    pause: () => void program.kill('SIGSTOP'),
    resume: () => void program.kill('SIGCONT'),
    stop: async () => {
      program.kill('SIGKILL');
      await program;
    },
  };
}
