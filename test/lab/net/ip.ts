import { execa } from 'execa';

const LIMIT_MS = 120_000;

/**
 * Runs `ip` commands (one per line, without the word `ip`) in order in one process, which ends at the first that fails.
 * `namespace`: default, the current one.
 * @throws Error with the error text of the failing command.
 */
export async function ip(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ['-netns', namespace];
  const { exitCode, stderr } = await execa('ip', [...where, '-batch', '-'], {
    input: `${lines.join('\n')}\n`,
    reject: false,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if (exitCode === 0) return;
  const number = Number(/Command failed -:(\d+)/.exec(stderr)?.[1]);
  const line = lines[number - 1] ?? lines.join('; ');
  throw new Error(`ip ${where.join(' ')} ${line}: ${stderr.trim() || `no end after ${LIMIT_MS} ms`}`);
}
