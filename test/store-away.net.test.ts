import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DescribeVirtualNodeCommand, ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { appMeshClient } from '../demo/color-model.ts';
import { watchClusters, type ClusterWatcher } from './lab/ads-client.ts';
import { request } from './lab/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/local-control-plane.ts';
import { createTail } from './lab/tail.ts';
import { until } from './lab/until.ts';
import { createPair, FRONT, moveBack, PAIR } from './testing/pair-model.ts';

// A control plane whose PostgreSQL goes away, and comes back.

const DAYBREAK = join(import.meta.dirname, '../cli/main.ts');
const LOOPBACK = ['--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];

let server: TestPostgres;
let url: string;
let controlPlane: LocalControlPlane;
let front: ClusterWatcher;
const client = () => appMeshClient(controlPlane.api);

beforeAll(async () => {
  server = await startTestPostgres();
  url = await server.database();
  controlPlane = await startLocalControlPlane(['--store', url]);
  await createPair(client());
  front = watchClusters(controlPlane.ads, FRONT);
  await front.has('first.local');
});
afterAll(async () => {
  front?.close();
  await controlPlane?.stop();
  await server?.remove();
});

test.each([
  'fast',
  'immediate',
] as const)('the store is away (%s): writes are refused, reads and proxies go on from memory, and all recovers by itself', async (mode) => {
  await moveBack(client(), `before-${mode}.local`);
  await server.stop(mode);

  const refusal = { name: 'ServiceUnavailableException', $metadata: { httpStatusCode: 503 } };
  await expect(moveBack(client(), 'lost.local')).rejects.toMatchObject(refusal);
  const read = new DescribeVirtualNodeCommand({ meshName: PAIR, virtualNodeName: 'front' });
  expect((await client().send(read)).virtualNode?.virtualNodeName).toBe('front');
  expect((await client().send(new ListMeshesCommand())).meshes).toHaveLength(1);
  expect((await request(`${controlPlane.api}/healthz`)).status).toBe(200);
  expect((await request(`${controlPlane.api}/readyz`)).status).toBe(503);
  expect((await request(`${controlPlane.api}/readyz?for=ads`)).status).toBe(200);
  const newcomer = watchClusters(controlPlane.ads, FRONT);
  await newcomer.has(`before-${mode}.local`);
  newcomer.close();

  await server.start();
  await until('a write', async () => {
    await moveBack(client(), `after-${mode}.local`);
    return true;
  });
  await front.has(`after-${mode}.local`);
  expect((await request(`${controlPlane.api}/readyz`)).status).toBe(200);
});

test('a control plane whose write failed is ready again once the store takes one of its own', async () => {
  const readiness = async () => (await request(`${controlPlane.api}/readyz`)).status;
  await moveBack(client(), 'before-probe.local');
  await server.stop('fast');
  await expect(moveBack(client(), 'failed.local')).rejects.toMatchObject({
    name: 'ServiceUnavailableException',
  });
  await server.start();
  await expect.poll(readiness).toBe(200);
});

test('a store that does not answer: writes are refused in bounded time, however many wait; reads go on', async () => {
  await moveBack(client(), 'before-silence.local');
  await server.freeze();
  try {
    const writes = Array.from({ length: 20 }, () => moveBack(client(), 'silence.local'));
    const read = new DescribeVirtualNodeCommand({ meshName: PAIR, virtualNodeName: 'front' });
    expect((await client().send(read)).virtualNode?.virtualNodeName).toBe('front');
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).toEqual(writes.map(() => 'rejected'));
    expect(outcomes[0]).toMatchObject({ reason: { name: 'ServiceUnavailableException' } });
  } finally {
    await server.thaw();
  }
  await until('a write', async () => {
    await moveBack(client(), 'after-silence.local');
    return true;
  });
  await front.has('after-silence.local');
}, 30_000);

test('a control plane stops while its store is away', async () => {
  const other = await startLocalControlPlane(['--store', url]);
  await server.stop('fast');
  expect(await other.stop()).toBe(0);
  await server.start();
  await until('a write', async () => {
    await moveBack(client(), 'stopped.local');
    return true;
  });
});

test('what was written by another control plane while the connection was lost is there once it is back', async () => {
  const other = await startLocalControlPlane(['--store', url]);
  try {
    await server.stop('immediate');
    await server.start();
    await until('a write through the other', async () => {
      await moveBack(appMeshClient(other.api), 'by-other.local');
      return true;
    });
    await front.has('by-other.local');
  } finally {
    await other.stop();
  }
});

test('a control plane waits for a store that comes later than itself', async () => {
  await server.stop('fast');
  const program = execa(process.execPath, [DAYBREAK, 'controlplane', '--store', url, ...LOOPBACK], {
    stdin: 'ignore',
    reject: false,
  });
  const printed = createTail();
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (chunk: Buffer) => printed.append(chunk));
  }
  const prints = (text: string) =>
    until(text, async () => printed.text().includes(text), { limitMs: 20_000 });
  await prints('waiting for the store');
  await server.start();
  await prints('"ready":true');
  program.kill('SIGTERM');
  expect((await program).exitCode).toBe(0);
}, 60_000);

test('a store that cannot be had is named, without its password, and the exit code is 1', async () => {
  const wrong = new URL(url);
  wrong.password = 'secret';
  wrong.pathname = '/nowhere';
  const start = startLocalControlPlane(['--store', wrong.href]);
  await expect(start).rejects.toThrow(/database "nowhere" does not exist/);
  await expect(start).rejects.not.toThrow(/secret/);
});
