import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { request } from '../../test/lab/clients/http.ts';
import {
  startLocalControlPlane,
  type LocalControlPlane,
} from '../../test/lab/programs/local-control-plane.ts';
import { openStream } from '../ads/testing/client.ts';
import { tokenLine } from '../ads/testing/access.ts';

// Idle connections, more of them than a control plane's limit on open files.

const OPEN_FILES = 300;
const IDLE = 400;

let folder: string;
let controlPlane: LocalControlPlane;
let idle: Socket[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-files-'));
  await writeFile(join(folder, 'tokens'), tokenLine('good', ['*']));
  const flags = ['--data', join(folder, 'model'), '--tokens', join(folder, 'tokens')];
  controlPlane = await startLocalControlPlane(flags, { openFiles: OPEN_FILES });
});
afterEach(async () => {
  for (const socket of idle) socket.destroy();
  idle = [];
  await controlPlane?.kill();
  await rm(folder, { recursive: true });
});

async function fill(slot: string, count: number): Promise<void> {
  const [host = '', port] = slot.split(':');
  const opened = Array.from({ length: count }, async () => {
    const socket = connect(Number(port), host).on('error', () => undefined);
    idle.push(socket);
    await once(socket, 'connect');
  });
  await Promise.all(opened);
}

const put = async (meshName: string): Promise<number> => {
  const body = JSON.stringify({ meshName });
  return (await request(`${controlPlane.api}/v20190125/meshes`, { method: 'PUT', body })).status;
};

async function metric(line: string): Promise<number> {
  const { body } = await request(`${controlPlane.api}/metrics`);
  const found = body.split('\n').find((each) => each.startsWith(`${line} `));
  return Number(found?.slice(line.length));
}

test('more idle connections to ADS than file descriptors block neither the API nor a proxy', async () => {
  const first = openStream(controlPlane.ads, {
    node: 'mesh/m/virtualNode/first',
    metadata: { authorization: 'Bearer good' },
  });
  expect(await first.opened).toBe('served');
  await fill(controlPlane.ads, IDLE);
  expect(await put('m')).toBe(200);
  const late = openStream(controlPlane.ads, {
    node: 'mesh/m/virtualNode/late',
    metadata: { authorization: 'Bearer good' },
  });
  expect(await late.opened).toBe('served');
  const closedConnection = 'daybreak_turned_away_connections_total{listener="ads",why="replaced"}';
  await expect.poll(() => metric(closedConnection)).toBeGreaterThan(IDLE - OPEN_FILES);
  await expect.poll(() => metric('daybreak_connections{listener="ads"}')).toBe(2);
  expect((await controlPlane.status()).proxies).toHaveLength(2);
  const lines = controlPlane.log().split('\n');
  expect(lines.filter((line) => line.includes('made room for another')).length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(100);
  for (const stream of [first, late]) stream.close();
});

test('neither do idle connections to the API', async () => {
  await fill(new URL(controlPlane.api).host, IDLE);
  expect(await put('m')).toBe(200);
  expect(await put('n')).toBe(200);
  const proxy = openStream(controlPlane.ads, {
    node: 'mesh/m/virtualNode/n',
    metadata: { authorization: 'Bearer good' },
  });
  expect(await proxy.opened).toBe('served');
  proxy.close();
  expect(await controlPlane.stop()).toBe(0);
});
