import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBench, type Bench } from './testing/control-plane.ts';

// The command line: its output on stdout and stderr, and its exit codes.

const DAYBREAK = join(import.meta.dirname, 'main.ts');

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

async function daybreak(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [DAYBREAK, ...args], {
    input,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], HOME: bench.folder, DAYBREAK_ENDPOINT: bench.endpoint, ...env },
  });
  return { exitCode, stdout, stderr };
}

it('applies, shows, exports, deletes', async () => {
  const documents = '[{"meshName":"colors"},{"meshName":"colors","virtualNodeName":"white","spec":{}}]';
  expect(await daybreak(['apply', '-f', '-', '--dry-run', '--exit-code'], documents)).toMatchObject({
    exitCode: 3,
    stderr: '',
  });
  expect(await daybreak(['apply', '-f', '-'], documents)).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await daybreak(['get', 'vn', '--mesh', 'colors'])).stdout).toMatch(/^NAME .*\nwhite +/);
  expect((await daybreak(['get', 'virtual-nodes'], '', { DAYBREAK_MESH: 'colors' })).stdout).toContain(
    'white',
  );
  expect((await daybreak(['export', '--mesh', 'colors'])).stdout).toContain('virtualNodeName: white');
  expect(await daybreak(['delete', 'vn', 'white', '--mesh', 'colors'])).toEqual({
    exitCode: 0,
    stdout: 'deleted    virtual node colors/white',
    stderr: '',
  });
  expect(JSON.parse((await daybreak(['delete', 'mesh', 'colors', '-o', 'json'])).stdout)).toMatchObject({
    resources: [{ action: 'delete', meshName: 'colors', outcome: 'done' }],
  });
});

describe('exit codes', () => {
  const cases: readonly [number, readonly string[], string][] = [
    [0, ['--help'], ''],
    [0, ['get', '--help'], ''],
    [1, ['get', 'mesh', 'none'], 'daybreak: there is no mesh none'],
    [1, ['apply', '-f', '/proc/nonexistent'], 'daybreak: /proc/nonexistent cannot be read: ENOENT'],
    [1, ['get', 'mesh', '--endpoint', 'http://127.0.0.1:1'], 'cannot be reached'],
    [2, [], ''],
    [2, ['nonsense'], "unknown command 'nonsense'"],
    [2, ['apply'], "required option '-f, --filename <path>' not specified"],
    [2, ['get', 'pod'], 'daybreak: "pod" is not a kind of resource: one of mesh, virtualnode'],
    [2, ['get', 'vn'], 'daybreak: --mesh NAME is needed'],
    [1, ['get', 'mesh', '--endpoint', 'nowhere'], 'daybreak: --endpoint "nowhere": it has to be a URL'],
    [2, ['get', 'mesh', '-o', 'xml'], "argument 'xml' is invalid"],
    [2, ['delete', 'mesh'], 'daybreak: delete takes KIND NAME, or --filename'],
    [2, ['export'], 'daybreak: --mesh NAME is needed'],
    [2, ['apply', '-f', '-', '--prune'], 'daybreak: --prune needs --selector'],
    [2, ['completion', 'csh'], "value 'csh' is invalid"],
  ];
  it.each(cases)('%d: %j', async (exitCode, args, message) => {
    const ran = await daybreak(args);
    expect(ran).toMatchObject({ exitCode, stderr: expect.stringContaining(message) });
  });

  it('a usage error is not followed by a page of help, which scrolls it away', async () => {
    const { stderr } = await daybreak(['ecs', 'render', '--bogus']);
    expect(stderr.trim().split('\n')).toEqual([
      "error: unknown option '--bogus'",
      'daybreak ecs render --help shows the usage',
    ]);
  });
});
