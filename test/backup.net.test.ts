import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readBackup } from '../controlplane/backup/format.ts';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { appMeshClient, createColorModel } from '../demo/color-model.ts';
import { watchClusters } from './lab/clients/ads-client.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { createPair, FRONT, moveBack } from './testing/pair-model.ts';

// Backups with the command line, of running control planes, on both engines.

const DAYBREAK = join(import.meta.dirname, '../cli/main.ts');

let server: TestPostgres;
let folder: string;
const running: LocalControlPlane[] = [];
beforeAll(async () => {
  server = await startTestPostgres();
  folder = await mkdtemp(join(tmpdir(), 'daybreak-backup-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((controlPlane) => controlPlane.stop()));
});
afterAll(async () => {
  await server?.remove();
  await rm(folder, { recursive: true });
});

async function daybreak(
  ...args: readonly string[]
): Promise<{ code: number | undefined; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [DAYBREAK, ...args], {
    reject: false,
    stdin: 'ignore',
  });
  return { code: exitCode, stdout, stderr };
}

async function start(...where: readonly string[]): Promise<LocalControlPlane> {
  const controlPlane = await startLocalControlPlane(where);
  running.push(controlPlane);
  return controlPlane;
}

async function contentsOf(file: string) {
  return readBackup(await readFile(file, 'utf8'), file).contents;
}

const file = (name: string): string => join(folder, name);

test('a backup moves from SQLite to PostgreSQL and back without any change', async () => {
  const first = await start('--data', file('first'));
  await createColorModel(appMeshClient(first.api), { 'colorteller-vn': 1 });
  expect(await daybreak('backup', file('of-sqlite'), '--endpoint', first.api)).toMatchObject({
    code: 0,
    stdout: '',
  });
  expect((await stat(file('of-sqlite'))).mode & 0o777).toBe(0o600);

  const url = await server.database();
  expect(await daybreak('restore', file('of-sqlite'), '--store', url)).toMatchObject({ code: 0 });
  const second = await start('--store', url);
  await daybreak('backup', file('of-postgres'), '--endpoint', second.api);

  expect(await daybreak('restore', file('of-postgres'), '--data', file('third'))).toMatchObject({ code: 0 });
  await daybreak('backup', file('of-a-folder'), '--data', file('third'));

  const [one, two, three] = await Promise.all(
    ['of-sqlite', 'of-postgres', 'of-a-folder'].map((name) => contentsOf(file(name))),
  );
  expect(one?.resources.length).toBeGreaterThan(5);
  expect(one?.tokens.length).toBeGreaterThan(5);
  expect(two).toEqual({ ...one, revision: (one?.revision ?? 0) + 1 });
  expect(three).toEqual({ ...one, revision: (one?.revision ?? 0) + 2 });
});

test('a backup that is taken during writes contains exactly one revision', async () => {
  const controlPlane = await start('--data', file('busy'));
  const client = appMeshClient(controlPlane.api);
  await createPair(client);
  const writer = { round: 0 };
  const writing = (async () => {
    while (writer.round < 200) await moveBack(client, `round-${(writer.round += 1)}.local`);
  })();
  const backups: string[] = [];
  while (writer.round < 200) backups.push((await daybreak('backup', '--endpoint', controlPlane.api)).stdout);
  await writing;
  for (const text of backups) {
    const { revision, resources } = readBackup(`${text}\n`, 'stdout').contents;
    // Creating the four resources took one revision each; from then on each revision is one more version of `back`.
    expect(resources.find(({ name }) => name === 'back')?.version).toBe(revision - 3);
  }
});

test('running control planes on PostgreSQL follow a restore that replaces their model', async () => {
  const url = await server.database();
  const [one, two] = [await start('--store', url), await start('--store', url)];
  await createPair(appMeshClient(one.api));
  await daybreak('backup', file('early'), '--store', url);
  await moveBack(appMeshClient(one.api), 'later.local');
  const front = watchClusters(two.ads, FRONT);
  await front.has('later.local');

  expect(await daybreak('restore', file('early'), '--store', url)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is not empty: it holds 4 .* Nothing was changed\.$/) as string,
  });
  expect(await daybreak('restore', file('early'), '--store', url, '--replace')).toMatchObject({ code: 0 });
  await front.has('first.local');
  front.close();
  await moveBack(appMeshClient(two.api), 'goes-on.local');
});

test('a damaged backup changes nothing, and the error says where it is damaged', async () => {
  const source = await start('--data', file('source'));
  await createPair(appMeshClient(source.api));
  await daybreak('backup', file('good'), '--endpoint', source.api);
  const text = await readFile(file('good'), 'utf8');
  await writeFile(file('bad'), text.replace('first.local', 'fjrst.local'));
  const refused = await daybreak('restore', file('bad'), '--data', file('target'));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/bad is damaged in line \d: .* Nothing was changed\.$/);
  await expect(stat(file('target'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a restore into the folder of a running control plane is rejected', async () => {
  const owner = await start('--data', file('owned'));
  await createPair(appMeshClient(owner.api));
  await daybreak('backup', file('own'), '--endpoint', owner.api);
  expect(await daybreak('restore', file('own'), '--data', file('owned'), '--replace')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`in use by another control plane: process ${owner.pid}`) as string,
  });
});

test('a backup needs the permission daybreak:GetBackup', async () => {
  const users = ['daybreak:GetBackup', 'appmesh:*'].map((action, index) => ({
    name: `user-${index}`,
    accessKeys: [{ accessKeyId: `AKIA${index}`, secretAccessKey: 'a-secret-of-some-length' }],
    policies: [{ Statement: { Effect: 'Allow', Action: action, Resource: '*' } }],
  }));
  await writeFile(file('credentials'), JSON.stringify({ accounts: [{ id: '111122223333', users }] }));
  const guarded = await start('--data', file('guarded'), '--credentials', file('credentials'));
  const backupAs = async (user: number) => {
    const env = { AWS_ACCESS_KEY_ID: `AKIA${user}`, AWS_SECRET_ACCESS_KEY: 'a-secret-of-some-length' };
    const args = [DAYBREAK, 'backup', '--endpoint', guarded.api];
    return await execa(process.execPath, args, { env, reject: false, stdin: 'ignore' });
  };
  const refused = await backupAs(1);
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  expect(refused.stderr).toContain('daybreak:GetBackup');
  expect(readBackup(`${(await backupAs(0)).stdout}\n`, 'stdout').contents.resources).toEqual([]);
});

test.each([
  [['backup', '--data', '/nowhere'], 1, 'no model is kept there'],
  [['restore', '/nowhere/file', '--data', '/nowhere'], 1, '/nowhere/file cannot be read'],
  [['restore', import.meta.filename, '--data', '/nowhere'], 1, 'is not a backup'],
  [['restore', import.meta.filename], 2, '--data is not set'],
  [['backup', '/nowhere/file', '--endpoint', 'http://127.0.0.1:1'], 1, 'cannot be reached'],
])('daybreak %j ends with %d', async (args, code, message) => {
  expect(await daybreak(...args)).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(message) as string,
  });
});
