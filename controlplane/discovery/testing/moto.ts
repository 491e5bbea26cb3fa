import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** AWS for tests: a server on this machine's loopback, with an account that is empty at first. */
export type Moto = {
  /** The endpoint of every service, for the SDKs. */
  readonly endpoint: string;
  /** Stops answers: connections are accepted, and nothing comes back. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => Promise<void>;
};

const START_LIMIT_MS = 120_000;

/**
 * Starts the moto that DAYBREAK_MOTO names. For tests. `env`: further variables of its environment.
 * @throws Error if the variable names no program, or the program does not serve
 */
export async function startMoto(
  host = '127.0.0.1',
  env: Readonly<Record<string, string>> = {},
): Promise<Moto> {
  const command = process.env['DAYBREAK_MOTO'];
  if (command === undefined || command === '') {
    throw new Error('DAYBREAK_MOTO names no moto: `npm test` installs one and sets it');
  }
  const program = execa(command, ['-H', host, '-p', '0'], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
    env,
  });
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
  // From here on moto only logs one line per call.
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
