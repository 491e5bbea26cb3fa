import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DescribeVirtualNodeCommand, ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { appMeshClient } from '../demo/color-model.ts';
import { watchClusters, type ClusterWatcher } from './lab/clients/ads-client.ts';
import { request } from './lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { createTail } from './lab/tail.ts';
import { until } from './lab/until.ts';
import { createPair, FRONT, moveBack, PAIR } from './testing/pair-model.ts';

// A control plane whose PostgreSQL becomes unavailable and comes back.

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
] as const)('the store is unavailable (%s): writes fail, reads and proxies continue from memory, and everything recovers by itself', async (mode) => {
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
  await expect.poll(async () => (await request(`${controlPlane.api}/readyz`)).status).toBe(200);
});

test('a control plane whose write failed is ready again once its probe write succeeds', async () => {
  const readiness = async () => (await request(`${controlPlane.api}/readyz`)).status;
  await moveBack(client(), 'before-probe.local');
  await server.stop('fast');
  await expect(moveBack(client(), 'failed.local')).rejects.toMatchObject({
    name: 'ServiceUnavailableException',
  });
  await server.start();
  await expect.poll(readiness).toBe(200);
});

test('a store that does not answer: all waiting writes fail in bounded time; reads continue', async () => {
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
});

test('a control plane stops while its store is unavailable', async () => {
  const other = await startLocalControlPlane(['--store', url]);
  await server.stop('fast');
  expect(await other.stop()).toBe(0);
  await server.start();
  await until('a write', async () => {
    await moveBack(client(), 'stopped.local');
    return true;
  });
});

test('a write of another control plane during a lost connection is visible after the reconnect', async () => {
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

test('a control plane waits for a store that starts later', async () => {
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
    until(text, async () => printed.text().includes(text), { limitMs: 120_000 });
  await prints('waiting for the store');
  await server.start();
  await prints('"ready":true');
  program.kill('SIGTERM');
  expect((await program).exitCode).toBe(0);
});

test('an unavailable store is named without its password, and the exit code is 1', async () => {
  const wrong = new URL(url);
  wrong.password = 'secret';
  wrong.pathname = '/nowhere';
  const start = startLocalControlPlane(['--store', wrong.href]);
  await expect(start).rejects.toThrow(/database "nowhere" does not exist/);
  await expect(start).rejects.not.toThrow(/secret/);
});
