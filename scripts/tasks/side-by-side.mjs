import { attempt } from '../command.mjs';

/** @import { Context } from '../context.mjs' */
/** @typedef {{ name: string, command: string, args: readonly string[] }} Job */

const LIMIT_SECONDS = 600;

/**
 * Runs jobs at the same time, and prints the output of each job after all have ended.
 * @param {Context} context
 * @param {readonly Job[]} jobs
 * @returns {Promise<number>} 0 when all succeeded, else 1
 */
export async function sideBySide({ root, env, progress, signal }, jobs) {
  // The tools write to a pipe, and cannot see that the output ends on a terminal.
  const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  const started = performance.now();
  const codes = await progress.step(jobs.map(({ name }) => name).join(', '), 'running side by side', () =>
    Promise.all(
      jobs.map(async ({ name, command, args }) => {
        const { code, output } = await attempt(command, args, {
          cwd: root,
          env: { ...color, ...env },
          seconds: LIMIT_SECONDS,
          signal,
        });
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        return {
          code,
          report: `── ${name}: ${code === 0 ? 'ok' : `exit ${code}`}, ${seconds} s\n${output.trim()}\n`,
        };
      }),
    ),
  );
  // Failures last: a terminal shows the end of the output.
  const inOrder = codes.toSorted((a, b) => Math.sign(a.code) - Math.sign(b.code));
  for (const { report } of inOrder) process.stdout.write(`${report}\n`);
  return inOrder.some(({ code }) => code !== 0) ? 1 : 0;
}
