import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** A program that answers each line of JSON with one line, until its stdin ends. */
export type LineProgram = { exchange(line: unknown): Promise<unknown>; close(): void };

/** Starts a program; its stderr is shown. One exchange at a time. */
export function startLineProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): LineProgram {
  const program = execa(command, args, {
    env,
    stdin: 'pipe',
    stderr: ['pipe', 'inherit'],
    buffer: false,
    reject: false,
  });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  return {
    exchange: async (line) => {
      program.stdin.write(`${JSON.stringify(line)}\n`);
      const answer = await lines.next();
      if (answer.done === true) throw new Error(`${[command, ...args].join(' ')} has ended`);
      return JSON.parse(answer.value) as unknown;
    },
    close: () => program.stdin.end(),
  };
}
