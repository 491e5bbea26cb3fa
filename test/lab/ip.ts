import { execa } from 'execa';

const LIMIT_MS = 10_000;

/**
 * Runs `ip` commands, one a line without the word `ip`, as one process in order; the first that fails ends it.
 * `namespace`: default, the one we are in.
 * @throws Error with the failing command's own words.
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
