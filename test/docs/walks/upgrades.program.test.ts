import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SCHEMA_VERSION } from '../../../controlplane/store/sqlite/schema.ts';
import { blockOf } from '../../docker/testing/blocks.ts';
import { request } from '../../lab/clients/http.ts';
import { startLocalControlPlane } from '../../lab/programs/local-control-plane.ts';
import { ROOT } from '../pages.ts';

// docs/upgrades.md, "Back from a newer schema": the error and the commands, as the page has them. One program plays both parts here;
// `test/long/upgrades.ts` has two.

const PAGE = 'docs/upgrades.md';
const DATA = '/var/lib/daybreak';
const DAYBREAK = `${process.execPath} ${join(ROOT, 'cli/main.ts')}`;
/** Takes the last migration back. */
const UNDO = `drop table spec_change; pragma user_version = ${SCHEMA_VERSION - 1}`;
const MESH = { meshName: 'colors' };

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-upgrades-'));
  data = join(folder, 'daybreak');
});
afterEach(() => rm(folder, { recursive: true }));

function change(sql: string): void {
  const db = new DatabaseSync(join(data, 'daybreak.db'));
  db.exec(sql);
  db.close();
}

test('a store of a newer schema is refused with the words of the page', async () => {
  const before = await startLocalControlPlane(['--data', data]);
  await before.stop();
  change(`pragma user_version = ${SCHEMA_VERSION + 1}`);
  const args = ['controlplane', '--data', data, '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const refused = await execa(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], { reject: false });
  expect(refused.exitCode).toBe(1);
  const [onPage = ''] = blockOf(PAGE, 'daybreak: ');
  const ofThisVersion = onPage
    .replace(DATA, data)
    .replace(/version \d+/, `version ${SCHEMA_VERSION + 1}`)
    .replace(/up to \d+/, `up to ${SCHEMA_VERSION}`);
  expect(refused.stderr.split('\n')).toContain(ofThisVersion);
});

test('the commands of the page restore the backup from before the migration', async () => {
  const older = await startLocalControlPlane(['--data', data]);
  const body = JSON.stringify(MESH);
  const headers = { 'content-type': 'application/json' };
  expect(await request(`${older.api}/v20190125/meshes`, { method: 'PUT', headers, body })).toMatchObject({
    status: 200,
  });
  await older.stop();
  change(UNDO);
  const newer = await startLocalControlPlane(['--data', data]);
  await newer.stop();
  expect(await readdir(data)).toContain(`before-${SCHEMA_VERSION}.backup`);

  const [move = '', restore = '', ...more] = blockOf(PAGE, 'mv ');
  expect(more).toEqual([]);
  const commands = [move, restore.replace(/^daybreak /, `${DAYBREAK} `)].join('\n').replaceAll(DATA, data);
  await execa('sh', ['-ec', commands]);
  const back = await startLocalControlPlane(['--data', data]);
  try {
    const { status, body: answer } = await request(`${back.api}/v20190125/meshes/colors`);
    expect({ status, mesh: JSON.parse(answer) as unknown }).toMatchObject({ status: 200, mesh: MESH });
  } finally {
    await back.stop();
  }
});
