import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStream } from '../ads/testing/client.ts';
import { request } from '../../test/lab/clients/http.ts';
import {
  startLocalControlPlane,
  type LocalControlPlane,
} from '../../test/lab/programs/local-control-plane.ts';

// Ten thousand readers of server-sent events at once, each on a connection of its own that it keeps.

vi.setConfig({ testTimeout: 600_000 });

const READERS = 10_000;
const BATCH = 250;
const PATHS = ['/reports/stream?mesh=m', '/console/events'] as const;

let folder: string;
let plane: LocalControlPlane;
const sockets: Socket[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-readers-'));
  plane = await startLocalControlPlane(['--data', folder]);
  await request(`${plane.api}/v20190125/meshes`, { method: 'PUT', body: '{"meshName":"m"}' });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await plane?.kill();
  await rm(folder, { recursive: true });
});

/** Opens a stream and keeps its connection. Returns the head of the answer; empty if the connection was closed. */
async function read(path: string): Promise<string> {
  const { hostname, port, host } = new URL(plane.api);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  sockets.push(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  // Beyond the limit of connections, the control plane closes them, also with a reset.
  const answer = await Promise.race([
    once(socket, 'data').then(
      ([bytes]) => (bytes as Buffer).toString(),
      () => '',
    ),
    once(socket, 'close').then(
      () => '',
      () => '',
    ),
  ]);
  return answer.split('\r\n\r\n', 1)[0] ?? '';
}

test('of 10,000 readers, those within the limits are served and the others get 503 with Retry-After; API and ADS keep working', async () => {
  const counts = new Map<string, number>();
  for (let opened = 0; opened < READERS; opened += BATCH) {
    const answers = await Promise.all(
      Array.from({ length: BATCH }, (_, index) => read(PATHS[index % PATHS.length] ?? '')),
    );
    for (const head of answers) {
      const outcome = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 'closed';
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (outcome === '503') expect(head).toMatch(/^retry-after: \d+$/im);
    }
  }
  // A quarter of the API's connections for figures, 100 for events.
  expect(counts.get('200')).toBe(250 + 100);
  expect([...counts.keys()].toSorted().filter((outcome) => outcome !== 'closed')).toEqual(['200', '503']);

  expect((await request(`${plane.api}/v20190125/meshes/m`)).status).toBe(200);
  const body = JSON.stringify({ virtualNodeName: 'a', spec: {} });
  const made = await request(`${plane.api}/v20190125/meshes/m/virtualNodes`, { method: 'PUT', body });
  expect(made.status).toBe(200);
  const proxy = openStream(plane.ads, { node: 'mesh/m/virtualNode/a' });
  expect(await proxy.opened).toBe('served');
  proxy.close();
  expect(await plane.stop()).toBe(0);
});
