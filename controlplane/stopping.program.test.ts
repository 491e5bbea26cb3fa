import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { request } from '../test/lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { until } from '../test/lab/until.ts';
import { openStream, type TestStream } from './ads/testing/client.ts';

let folder: string;
let controlPlane: LocalControlPlane;
let streams: readonly TestStream[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-stopping-'));
  controlPlane = await startLocalControlPlane(['--data', join(folder, 'model')]);
  // Enough streams that the drain takes a while.
  streams = Array.from({ length: 300 }, (_, index) =>
    openStream(controlPlane.ads, { node: `mesh/m/virtualNode/n${index}` }),
  );
  for (const { opened } of streams) if ((await opened) !== 'served') throw new Error('a stream was refused');
});
afterEach(async () => {
  for (const stream of streams) stream.close();
  await controlPlane.kill();
  await rm(folder, { recursive: true });
});

const readiness = async (): Promise<number> => (await request(`${controlPlane.api}/readyz`)).status;

test('after a stop signal it is not ready, closes every stream with a message, and exits with 0', async () => {
  expect(await readiness()).toBe(200);
  const left = new Set(streams);
  for (const stream of streams) void stream.ended.then(() => left.delete(stream));
  const stopped = controlPlane.stop();
  await until('not ready', async () => (await readiness()) === 503);
  // The others are still served.
  expect(left.size).toBeGreaterThan(0);
  expect((await request(`${controlPlane.api}/healthz`)).status).toBe(200);
  expect(await openStream(controlPlane.ads, { node: 'mesh/m/virtualNode/late' }).opened).toMatchObject({
    code: status.UNAVAILABLE,
  });
  expect(await stopped).toBe(0);
  const ends = await Promise.all(streams.map(({ ended }) => ended));
  const words = { code: status.OK, details: 'this control plane is stopping: ask another' };
  expect(ends).toEqual(ends.map(() => words));
});

test('a second signal skips the drain', async () => {
  const stopped = controlPlane.stop();
  await until('not ready', async () => (await readiness()) === 503);
  process.kill(controlPlane.pid, 'SIGINT');
  expect(await stopped).toBe(0);
  const ends = await Promise.all(streams.map(({ ended }) => ended));
  expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([status.OK]));
});
