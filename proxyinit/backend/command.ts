import { spawn } from 'node:child_process';
import { commandTimeout, programMissing } from '../errors.ts';

/** How a program ended: its exit code, what it printed, and what it said on stderr in one line. */
export type Ended = { readonly code: number; readonly output: string; readonly said: string };

/** How a program is run. */
export type CommandOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** Written to its stdin. Default: there is nothing to read. */
  readonly input?: string;
  /** It is killed, and an error thrown, after so many seconds. Default 30. */
  readonly seconds?: number;
  /** A descriptor of ours that it is to have as its fourth. */
  readonly inherit?: number;
  /** The most that is kept of its output, in bytes; more is an error of its own. Default 64 MiB. */
  readonly limit?: number;
};

/**
 * Runs a program to its end.
 * @throws ProxyinitError where there is no such program, or it does not end in time
 */
export function runCommand(
  program: string,
  args: readonly string[],
  { env, input, seconds = 30, inherit, limit = 64 * 1024 * 1024 }: CommandOptions,
): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = spawn(program, args, {
    env,
    stdio: [
      input === undefined ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
      ...(inherit === undefined ? [] : [inherit]),
    ],
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let room = limit;
  const keep = (into: Buffer[]) => (chunk: Buffer) => {
    room -= chunk.length;
    if (room >= 0) into.push(chunk);
    else child.kill('SIGKILL');
  };
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(commandTimeout(program, seconds));
  }, seconds * 1000);
  child.stdout?.on('data', keep(output));
  child.stderr?.on('data', keep(errors));
  // A program that ends without reading its input is judged by its exit status, not by the broken pipe.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  child.on('error', (cause) => {
    clearTimeout(timer);
    reject(programMissing(program, cause));
  });
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    const said = oneLine(Buffer.concat(errors).toString()) || `it ended with ${signal ?? `code ${code}`}`;
    resolve({ code: code ?? -1, output: Buffer.concat(output).toString(), said });
  });
  return promise;
}

function oneLine(text: string): string {
  return text
    .trim()
    .split(/\s*\n\s*/)
    .join('; ');
}
