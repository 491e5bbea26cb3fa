import { execa } from 'execa';
import { HOST_ENV, inside, type Identity } from '../inside.ts';

const LIMIT_MS = 120_000;

/** Options of a command. */
export type CommandOptions = Identity & {
  /** The whole environment, except PATH and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** The standard input. Default: empty. */
  readonly input?: string;
  /** Time-out in milliseconds: after it the command is killed and the call fails. Default: 120,000. */
  readonly limitMs?: number;
  /** Whether an exit code other than 0 is an error. Default: true. */
  readonly check?: boolean;
};

/** The exit code and the output of a command. */
export type Result = { readonly code: number; readonly stdout: string; readonly stderr: string };

/**
 * Runs a command inside a namespace until it ends.
 * @throws Error with all of its output, if it fails (see `check`), a signal ends it, or the time-out expires.
 */
export async function runCommand(
  namespace: string,
  command: string,
  args: readonly string[],
  { uid, env = {}, input = '', limitMs = LIMIT_MS, check = true }: CommandOptions,
): Promise<Result> {
  const [file, ...words] = inside(namespace, command, args, uid === undefined ? {} : { uid });
  const { exitCode, signal, timedOut, stdout, stderr } = await execa(file, words, {
    env: { ...HOST_ENV, ...env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    input,
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  if (exitCode !== undefined && (exitCode === 0 || !check)) return { code: exitCode, stdout, stderr };
  const how = timedOut ? `no end after ${limitMs} ms` : (signal ?? `exit ${exitCode}`);
  throw new Error(`${namespace}: ${[command, ...args].join(' ')}: ${how}\n${stdout}${stderr}`);
}
