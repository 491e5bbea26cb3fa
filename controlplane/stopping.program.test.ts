import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { request } from '../test/lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { until } from '../test/lab/until.ts';
import { openStream, type TestStream } from './ads/testing/client.ts';
import { signal } from './store/testing/process-family.ts';

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

/** The status of an answer; 0 without one, because the control plane has ended. */
const statusOf = (path: string): Promise<number> =>
  request(`${controlPlane.api}${path}`).then(
    (answer) => answer.status,
    () => 0,
  );

test('after a stop signal it is not ready, closes every stream with a message, and exits with 0', async () => {
  expect(await statusOf('/readyz')).toBe(200);
  const left = new Set(streams);
  for (const stream of streams) void stream.ended.then(() => left.delete(stream));
  const stopped = controlPlane.stop();
  await until('not ready', async () => (await statusOf('/readyz')) !== 200);
  const [ready, health] = [await statusOf('/readyz'), await statusOf('/healthz')];
  const late = await openStream(controlPlane.ads, { node: 'mesh/m/virtualNode/late' }).opened;
  // The drain takes a second and a half. A test that is late for it sees nothing of it: then the process does not answer any more.
  if (left.size > 0 && (await statusOf('/readyz')) === 503)
    expect({ ready, health, late }).toMatchObject({
      ready: 503,
      health: 200,
      late: { code: status.UNAVAILABLE },
    });
  expect(await stopped).toBe(0);
  const ends = await Promise.all(streams.map(({ ended }) => ended));
  const words = { code: status.OK, details: 'this control plane is stopping: ask another' };
  expect(ends).toEqual(ends.map(() => words));
});

test('a second signal skips the drain', async () => {
  let isOver = false;
  const stopped = controlPlane.stop().finally(() => (isOver = true));
  await until('not ready', async () => (await statusOf('/readyz')) !== 200);
  if (!isOver) signal([controlPlane.pid], 'SIGINT');
  expect(await stopped).toBe(0);
  const ends = await Promise.all(streams.map(({ ended }) => ended));
  expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([status.OK]));
});
