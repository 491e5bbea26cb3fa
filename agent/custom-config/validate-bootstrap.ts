import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { programMissing } from '../errors.ts';
import { boundTo, describeExit, type Exit } from '../supervisor/envoy-process/envoy-process.ts';

/** Verdict of Envoy on a bootstrap. `words` are Envoy's own. `unknown`: it did not say in time. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Inputs of `validateBootstrap`. */
export type ValidationOptions = {
  readonly binary: string;
  /** Envoy's arguments that name the bootstrap, such as `-c FILE`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of a file for Envoy's output. A file, because Envoy opens `/dev/stdout` by name, which fails on the sockets of Node. */
  readonly outputPath: string;
  /** Ends the validation early, with `unknown`. */
  readonly signal?: AbortSignal;
  /** Milliseconds. Usually Envoy needs a tenth of a second. Default: 30 s. */
  readonly limitMs?: number;
};

const LIMIT_MS = 30_000;
const LONGEST_WORDS = 2000;

/** Has Envoy read a bootstrap with `--mode validate`, which opens no port. */
export async function validateBootstrap(options: ValidationOptions): Promise<Verdict> {
  const { binary, args, env, outputPath, signal, limitMs = LIMIT_MS } = options;
  const fd = openSync(outputPath, 'w', 0o600);
  const command = [binary, ...args, '--mode', 'validate', '-l', 'critical'];
  const child = spawn('setpriv', boundTo(process.pid, command), { env, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  const ended = Promise.withResolvers<Exit>();
  child.on('error', (cause) => ended.reject(programMissing('setpriv', 'util-linux', cause)));
  child.on('exit', (code, exitSignal) => ended.resolve({ code, signal: exitSignal }));
  let why: string | undefined;
  const give = (reason: string) => {
    why = reason;
    child.kill('SIGKILL');
    // An Envoy that reads a file on a disk without an answer waits in the kernel, and ends no sooner than this wait.
    ended.resolve({ code: null, signal: 'SIGKILL' });
    child.unref();
  };
  const stop = () => give('the agent was stopped');
  const timer = setTimeout(() => give(`no answer within ${limitMs / 1000} s`), limitMs);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  try {
    const exit = await ended.promise;
    if (why !== undefined) return { kind: 'unknown', why };
    if (exit.code === 0) return { kind: 'accepted' };
    return { kind: 'refused', words: words(readFileSync(outputPath, 'utf8')) || `it ${describeExit(exit)}` };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** The beginning of the line in which Envoy refuses a configuration. */
const PREFIX = /^[^]*error initializing configuration '[^']*': /;

/** The whole bootstrap, which Envoy repeats after or before some reasons. */
const REPEATED =
  /(?<=^Unable to parse JSON as proto \([^]*?\)): \{[^]*$|^[^]*(?=Proto constraint validation failed \()/;

function words(output: string): string {
  return output
    .replace(PREFIX, '')
    .replace(REPEATED, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(-LONGEST_WORDS);
}
