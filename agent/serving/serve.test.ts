import { once } from 'node:events';
import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../test/lab/net/free-port.ts';
import { request, type Ask } from '../../test/lab/clients/http.ts';
import { serve, type Call } from './serve.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const LINE = 'an answer';

async function serving(answer: (call: Call) => void = ({ response }) => void response.end(LINE)) {
  const place = { address: '127.0.0.1', port: await freePort() };
  const { close } = await serve(place, ['node1.internal'], answer);
  onTestFinished(close);
  return {
    ...place,
    ask: (path: string, options?: Ask) => request(`http://127.0.0.1:${place.port}${path}`, options),
    /** Sends bytes and returns the first line of the response; '' if the connection is closed. */
    say: async (bytes: string): Promise<string> => {
      const socket = await open(place.port);
      socket.write(bytes);
      const [first] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [
        Buffer | boolean,
      ];
      return Buffer.isBuffer(first) ? (first.toString().split('\r\n')[0] ?? '') : '';
    },
  };
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

test.each([
  ['localhost', 200],
  ['127.0.0.1:9902', 200],
  [hostname(), 200],
  ['node1.internal:9902', 200],
  ['evil.example:9902', 421],
  ['appmesh.eu-west-1.amazonaws.com', 421],
])('a request for the host %s: %i', async (host, status) => {
  const { ask } = await serving();
  const answer = await ask('/', { headers: { host } });
  expect(answer.status).toBe(status);
  expect(answer.body).toContain(status === 200 ? LINE : 'DAYBREAK_AGENT_HOST');
});

test('refuses requests from pages of other sites, and accepts those of its own', async () => {
  const { ask, port } = await serving();
  expect(await ask('/', { headers: { origin: 'https://evil.example' } })).toMatchObject({ status: 403 });
  expect(await ask('/', { headers: { origin: `http://127.0.0.1:${port}` } })).toMatchObject({ status: 200 });
});

test('a malformed request is a 400, and the server goes on', async () => {
  const { ask, say } = await serving();
  expect(await say('GET // HTTP/1.1\r\nhost: localhost\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
  expect(await say('GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n')).toMatch(/ 400 /);
  expect(await say('GET / HTTP/1.0\r\n\r\n')).toMatch(/ 200 /);
  expect(await ask('/')).toMatchObject({ status: 200, body: LINE });
});

test('a hundred idle connections do not block new ones', async () => {
  const { ask, port } = await serving();
  await Promise.all(Array.from({ length: 100 }, () => open(port)));
  for (let index = 0; index < 20; index += 1) expect(await ask('/')).toMatchObject({ status: 200 });
});

test.skipIf(SHORT_FORM)(
  'connections with endless requests do not block new ones: the oldest are closed',
  async () => {
    let asked = 0;
    const { ask, port } = await serving(({ path, response }) => {
      asked += 1;
      if (path === '/') response.end(LINE);
    });
    const sockets = await Promise.all(Array.from({ length: 64 }, () => open(port)));
    for (const socket of sockets) socket.write('GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await expect.poll(() => asked).toBe(64);
    await expect.poll(async () => (await ask('/').catch(() => undefined))?.status).toBe(200);
  },
);

test('a connection that pipelines requests is closed', async () => {
  let asked = 0;
  const { say } = await serving(() => (asked += 1));
  expect(await say('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(10))).toBe('');
  expect(asked).toBe(1);
});

describe('on a unix socket', () => {
  let path: string;
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'serve-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    path = join(folder, 'socket');
  });

  async function start(): Promise<void> {
    const { close } = await serve({ path }, [], ({ response }) => void response.end(LINE));
    onTestFinished(close);
  }

  const ask = () => request('http://any.name/', { socketPath: path });

  test('its mode is 0600, and it accepts any host name', async () => {
    await start();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await ask()).toMatchObject({ status: 200, body: LINE });
  });

  test('replaces a socket that a killed process left behind', async () => {
    const left = createServer().listen(`${path}.first`);
    await once(left, 'listening');
    // Closing removes the socket, but not its second link.
    linkSync(`${path}.first`, path);
    left.close();
    await once(left, 'close');
    await start();
    expect(await ask()).toMatchObject({ status: 200 });
  });

  test('does not replace a socket in use, or a file', async () => {
    await start();
    await expect(start()).rejects.toThrow('EADDRINUSE');
    expect(await ask()).toMatchObject({ status: 200 });
    writeFileSync((path = `${path}.file`), 'a file');
    await expect(start()).rejects.toThrow('EADDRINUSE');
    expect(readFileSync(path, 'utf8')).toBe('a file');
  });
});
