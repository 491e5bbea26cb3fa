import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { request } from '../test/lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { until } from '../test/lab/until.ts';
import { readBackup } from './backup/format.ts';
import { readMark } from './store/mark.ts';

// The command line on a data folder that lost acknowledged commits.

const DAYBREAK = join(import.meta.dirname, '../cli/main.ts');
const NODES = 30;

let folder: string;
let data: string;
let running: LocalControlPlane | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-lost-'));
  data = join(folder, 'model');
  const first = await start();
  const { api } = first;
  await put(`${api}/v20190125/meshes`, { meshName: 'm' });
  for (let index = 0; index < NODES; index += 1)
    await put(`${api}/v20190125/meshes/m/virtualNodes`, { virtualNodeName: `n${index}`, spec: {} });
  await daybreak('backup', join(folder, 'backup'), '--endpoint', api);
  await until('the mark', () => readMark(data, undefined) === NODES + 1);
  await first.kill();
  const log = join(data, 'daybreak.db-wal');
  await truncate(log, Math.floor((await stat(log)).size / 2));
});
afterEach(async () => {
  await running?.kill();
  await rm(folder, { recursive: true });
});

async function start(...flags: readonly string[]): Promise<LocalControlPlane> {
  return (running = await startLocalControlPlane(['--data', data, ...flags]));
}

async function put(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await request(url, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (status !== 200) throw new Error(`PUT ${url}: ${status}`);
}

async function daybreak(...args: readonly string[]) {
  return await execa(process.execPath, [DAYBREAK, ...args], {
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
  });
}

const nodes = async ({ api }: LocalControlPlane): Promise<number> => {
  const { resources } = readBackup((await request(`${api}/backup`)).body, 'the store').contents;
  return resources.filter(({ kind }) => kind === 'virtualNode').length;
};

test('a control plane with a truncated write-ahead log exits with 1 and names the remedies; so does a backup', async () => {
  for (const args of [['controlplane'], ['backup', join(folder, 'second')]]) {
    const { exitCode, stdout, stderr } = await daybreak(...args, '--data', data);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(
        `^daybreak: ${data}/daybreak\\.db is at revision \\d+, and revision ${NODES + 1} was acknowledged: commits are lost\\. .* \\(daybreak restore FILE --data ${data} --replace\\), or start .* --accept-loss .*\\. \\(STORE_LOST\\)$`,
        // On a host with few open files, a line about the limits of connections comes first.
        'm',
      ),
    );
  }
});

test('a restored backup repairs the folder', async () => {
  const restored = await daybreak('restore', join(folder, 'backup'), '--data', data, '--replace');
  expect(restored).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await nodes(await start())).toBe(NODES);
});

test('--accept-loss is needed for one start only', async () => {
  const first = await start('--accept-loss');
  const left = await nodes(first);
  expect(left).toBeLessThan(NODES);
  await expect.poll(() => first.log()).toContain('store opened with --accept-loss');
  expect(await first.stop()).toBe(0);
  expect(await nodes(await start())).toBe(left);
});
