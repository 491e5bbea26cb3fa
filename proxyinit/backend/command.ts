import { spawn } from 'node:child_process';
import { commandTimeout, programMissing } from '../errors.ts';

/** Result of a program: its exit code, its stdout, and its stderr on one line. */
export type Ended = { readonly code: number; readonly output: string; readonly said: string };

/** Options of `runCommand`. */
export type CommandOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** Text for its stdin. Default: stdin is empty. */
  readonly input?: string;
  /** Time limit in seconds, after which the program is killed and an error thrown. Default: 30. */
  readonly seconds?: number;
  /** A file descriptor of this process that the program inherits as descriptor 3. */
  readonly inherit?: number;
  /** Bound of its output in bytes. A program that writes more is killed. Default: 64 MiB. */
  readonly limit?: number;
};

/**
 * Runs a program until it ends.
 * @throws ProxyinitError if there is no such program, or it does not end in time
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
  // If a program ends without reading its input, its exit status counts, not the broken pipe.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  child.on('error', (cause) => {
    clearTimeout(timer);
    reject(programMissing(program, cause));
  });
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    const said = oneLine(Buffer.concat(errors).toString()) || `ended with ${signal ?? `code ${code}`}`;
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
