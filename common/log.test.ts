import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LOG = join(import.meta.dirname, 'log.ts');

/** What a process that does this with a log writes to stderr, line by line. */
function linesOf(program: string): Promise<readonly string[]> {
  const text = `import { createLog } from ${JSON.stringify(LOG)}; const log = createLog('test'); ${program}`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module-typescript', '--eval', text], (_error, _out, stderr) => {
      const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
      resolve(lines.map((line) => (JSON.parse(line) as { msg: string }).msg));
    });
  });
}

test.each([
  ['ends by itself', ''],
  ['exits', 'process.exit(3);'],
  ['fails', "throw new Error('a fault');"],
  ['goes on', "setTimeout(() => log.info('three'), 20);", 'three'],
])('what was logged is out when the process %s', async (_, end, ...more) => {
  expect(await linesOf(`log.info('one'); log.warn('two'); ${end}`)).toEqual(['one', 'two', ...more]);
});

test('an error is out at once, with what was logged before it', async () => {
  const program =
    "log.info('one'); log.error('two'); log.info('lost'); process.kill(process.pid, 'SIGKILL');";
  expect(await linesOf(program)).toEqual(['one', 'two']);
});

test('a long turn does not keep all that is logged in it', async () => {
  const program =
    "for (let line = 0; line < 2000; line += 1) log.info('x'.repeat(100)); process.kill(process.pid, 'SIGKILL');";
  expect((await linesOf(program)).length).toBeGreaterThan(1000);
});
