import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeSocket } from './probe-socket.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-socket-'));
  path = join(folder, 'sds.sock');
});
afterEach(() => rm(folder, { recursive: true }));

async function listen(): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.on('error', () => undefined).end());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return async () => {
    await new Promise((resolve) => server.close(resolve));
  };
}

test('a server that accepts the connection has no problem', async () => {
  const close = await listen();
  expect(await probeSocket(path)).toBeUndefined();
  await close();
});

test('a missing socket', async () => {
  expect(await probeSocket(path)).toBe(`${path}: there is no such socket`);
});

test('a socket that a killed server left behind', async () => {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await promisify(execFile)(process.execPath, ['-e', script]).catch(() => undefined);
  expect(await probeSocket(path)).toBe(`${path}: no process listens on this socket`);
});

test('a file that is not a socket, and a path below a file', async () => {
  await mkdir(path);
  expect(await probeSocket(path)).toMatch(/no process listens on this socket|cannot connect/);
});
