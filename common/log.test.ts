import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LOG = join(import.meta.dirname, 'log.ts');

/** The messages that a process that does this with a log writes to stderr. */
async function linesOf(program: string): Promise<readonly string[]> {
  const lines = (await textOf(program)).split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

/** What such a process writes to stderr. */
function textOf(program: string): Promise<string> {
  const text = `import { createLog } from ${JSON.stringify(LOG)}; const log = createLog('test'); ${program}`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module-typescript', '--eval', text], (_error, _out, stderr) =>
      resolve(stderr),
    );
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

test('an error has its stack at the level debug only, nor have those within it elsewhere', async () => {
  const program = `const within = new AggregateError([new Error('b')], 'a');
    const error = Object.assign(new Error('c', { cause: within }), { code: 'E' });
    log.error({ err: error }); log.error(within); log.child({}).error(error);
    log.level = 'debug'; log.error({ err: error });`;
  const [first, second, third, last] = (await textOf(program)).split('\n');
  for (const line of [first, second, third]) expect(line).not.toMatch(/"stack"| at /);
  expect(JSON.parse(first ?? '')).toMatchObject({ err: { type: 'Error', message: 'c: a', code: 'E' } });
  expect(last).toMatch(/"stack":"[^"]*\\n    at /);
});

test('a long turn does not keep all that is logged in it', async () => {
  const program =
    "for (let line = 0; line < 2000; line += 1) log.info('x'.repeat(100)); process.kill(process.pid, 'SIGKILL');";
  expect((await linesOf(program)).length).toBeGreaterThan(1000);
});
