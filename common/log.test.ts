import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LOG = join(import.meta.dirname, 'log.ts');

/** Runs `program` in a process with a log. Returns the messages of its stderr. */
async function linesOf(program: string): Promise<readonly string[]> {
  const lines = (await textOf(program)).split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

/** Runs `program` in a process with a log. Returns its stderr. */
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
])('all log lines are written when the process %s', async (_, end, ...more) => {
  expect(await linesOf(`log.info('one'); log.warn('two'); ${end}`)).toEqual(['one', 'two', ...more]);
});

test('an error is written at once, after the lines logged before it', async () => {
  const program =
    "log.info('one'); log.error('two'); log.info('lost'); process.kill(process.pid, 'SIGKILL');";
  expect(await linesOf(program)).toEqual(['one', 'two']);
});

test('errors, including nested ones, have a stack only at the debug level', async () => {
  const program = `const within = new AggregateError([new Error('b')], 'a');
    const error = Object.assign(new Error('c', { cause: within }), { code: 'E' });
    log.error({ err: error }); log.error(within); log.child({}).error(error);
    log.level = 'debug'; log.error({ err: error });`;
  const [first, second, third, last] = (await textOf(program)).split('\n');
  for (const line of [first, second, third]) expect(line).not.toMatch(/"stack"| at /);
  expect(JSON.parse(first ?? '')).toMatchObject({ err: { type: 'Error', message: 'c: a', code: 'E' } });
  expect(last).toMatch(/"stack":"[^"]*\\n    at /);
});

test('a long turn of the event loop does not buffer all its log lines', async () => {
  const program =
    "for (let line = 0; line < 2000; line += 1) log.info('x'.repeat(100)); process.kill(process.pid, 'SIGKILL');";
  expect((await linesOf(program)).length).toBeGreaterThan(1000);
});

test('levels have the words of Envoy, and the form can be text', async () => {
  const levels =
    "log.level = 'trace'; for (const l of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) log[l]('a');";
  const words = (await textOf(levels))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { level: string }).level);
  expect(words).toEqual(['trace', 'debug', 'info', 'warning', 'error', 'critical']);
  const text = await textOf("createLog('agent', 'info', { form: 'text' }).info({ pid: 3 }, 'started');");
  expect(text).toMatch(/^\[[^\]]+\]\[\d+\]\[info\]\[agent\] started pid=3\n$/);
});
