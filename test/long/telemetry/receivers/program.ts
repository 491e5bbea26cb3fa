import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { request } from '../../../lab/clients/http.ts';

/** Waits for programs that start slowly on a busy machine. */
export const PATIENT = { limitMs: 400_000, everyMs: 500 };

/** A receiver of telemetry that runs. */
export type Program = {
  /** A folder of its own, which `stop` removes. */
  readonly folder: string;
  /** All that it wrote to stdout and stderr so far. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
};

/** Options of a receiver's program. */
export type ProgramOptions = {
  readonly args: (folder: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts the program at `path`, with a folder of its own. */
export function startProgram(path: string, { args, env = {} }: ProgramOptions): Program {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  let output = '';
  const child = execa(path, args(folder), { env, reject: false, stdin: 'ignore', all: true, buffer: false });
  child.all.on('data', (piece: Buffer) => (output += piece.toString()));
  return {
    folder,
    output: () => output,
    async stop() {
      child.kill('SIGKILL');
      await child;
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * Uses a program, and stops it.
 * @throws Error with the program's output if that fails
 */
export async function withProgram<T>(
  path: string,
  options: ProgramOptions,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const program = startProgram(path, options);
  try {
    return await use(program);
  } catch (error) {
    throw new Error(`${path}: ${program.output().slice(-4000)}`, { cause: error });
  } finally {
    await program.stop();
  }
}

/** Returns the body of an answer; empty if there is none. */
export async function body(url: string): Promise<string> {
  return request(url)
    .then((response) => response.body)
    .catch(() => '');
}
