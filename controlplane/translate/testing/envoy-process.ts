import { execa } from 'execa';
import { createTail } from '../../../test/lab/tail.ts';

/** A started Envoy. */
export type EnvoyProcess = {
  readonly hasEnded: () => boolean;
  /** The end of its output. */
  readonly log: () => string;
  /** Resolves when the process has ended. */
  readonly kill: () => Promise<void>;
};

/** The command that starts a program which ends with this process. */
export const WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/** Starts an Envoy with one worker and without hot restart. `command`: the command before the arguments. */
export function startEnvoyProcess(
  [file, ...before]: readonly [string, ...string[]],
  args: readonly string[],
): EnvoyProcess {
  const common = ['--disable-hot-restart', '--concurrency', '1'];
  const envoy = execa(file, [...before, ...common, ...args], {
    reject: false,
    cwd: '/',
    all: true,
    stdin: 'ignore',
    buffer: false,
  });
  const log = createTail();
  envoy.all.on('data', (chunk: Buffer) => log.append(chunk));
  let ended = false;
  void envoy.then(() => (ended = true));
  return {
    hasEnded: () => ended,
    log: () => log.text(),
    async kill() {
      envoy.kill('SIGKILL');
      await envoy;
    },
  };
}
