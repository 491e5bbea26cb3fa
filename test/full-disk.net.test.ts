import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appMeshClient } from '../demo/color-model.ts';
import { watchClusters } from './lab/clients/ads-client.ts';
import { request } from './lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { createPair, FRONT, moveBack } from './testing/pair-model.ts';

// A separate file system for the data folder, which is full at times.

let folder: string;
let controlPlane: LocalControlPlane;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-full-'));
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  controlPlane = await startLocalControlPlane(['--data', join(folder, 'model')]);
  await createPair(appMeshClient(controlPlane.api));
});
afterEach(async () => {
  await controlPlane.kill();
  await execa('umount', [folder]);
  await rm(folder, { recursive: true });
});

const filler = (): string => join(folder, 'filler');
const fillDisk = async (): Promise<void> => {
  const full = writeFile(filler(), Buffer.alloc(8 * 1024 * 1024));
  await expect(full).rejects.toMatchObject({ code: 'ENOSPC' });
};
const readiness = async (query = ''): Promise<number> =>
  (await request(`${controlPlane.api}/readyz${query}`)).status;
const writable = async (): Promise<string | undefined> =>
  /^daybreak_store_writable .*$/m.exec((await request(`${controlPlane.api}/metrics`)).body)?.[0];

test('a full disk: writes fail and the control plane is not ready, except for ADS; with free space it is ready again by itself', async () => {
  expect([await readiness(), await writable()]).toEqual([200, 'daybreak_store_writable 1']);
  await fillDisk();
  const client = appMeshClient(controlPlane.api);
  await expect(moveBack(client, 'lost.local')).rejects.toMatchObject({
    name: 'ServiceUnavailableException',
    message: expect.stringContaining('database or disk is full') as string,
  });
  expect([await readiness(), await writable()]).toEqual([503, 'daybreak_store_writable 0']);
  expect(await readiness('?for=ads')).toBe(200);
  expect((await client.send(new ListMeshesCommand())).meshes).toHaveLength(1);
  const newcomer = watchClusters(controlPlane.ads, FRONT);
  await newcomer.has('first.local');
  newcomer.close();

  await rm(filler());
  await expect.poll(() => readiness()).toBe(200);
  expect(await writable()).toBe('daybreak_store_writable 1');
  await moveBack(client, 'after.local');
});

test('a disk that is still full after the probe write leaves the control plane not ready', async () => {
  await fillDisk();
  await expect(moveBack(appMeshClient(controlPlane.api), 'lost.local')).rejects.toThrow(/full/);
  await expect.poll(() => controlPlane.log()).toContain('writes to the store still fail');
  expect(await readiness()).toBe(503);
});

test('writes that were answered while the disk filled up survive a kill and a start on the full disk', async () => {
  let answered = 0;
  // The database can have room of its own on a full disk: a start empties its write-ahead log, and later writes reuse that space. So the test fills
  // the disk during writes until one of them fails.
  const fillBesideWrites = async (): Promise<void> => {
    const client = appMeshClient(controlPlane.api);
    for (;;) {
      await appendFile(filler(), Buffer.alloc(16 * 1024)).catch(() => undefined);
      await moveBack(client, `n${answered + 1}.local`);
      answered += 1;
    }
  };
  await expect(fillBesideWrites()).rejects.toThrow(/full/);
  expect(answered).toBeGreaterThan(1);
  await controlPlane.kill();
  controlPlane = await startLocalControlPlane(['--data', join(folder, 'model')]);
  const front = watchClusters(controlPlane.ads, FRONT);
  await front.has(`n${answered}.local`);
  await expect(fillBesideWrites()).rejects.toThrow(/full/);
  expect([await readiness(), await readiness('?for=ads')]).toEqual([503, 200]);
  await front.has(`n${answered}.local`);
  front.close();
  await rm(filler());
  await expect.poll(() => readiness()).toBe(200);
});
