import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../test/lab/net/free-port.ts';
import { request, type Ask } from '../../test/lab/clients/http.ts';
import { serveAdmin } from './serve-admin.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

type Options = { readonly writes?: boolean; readonly envoy?: RequestListener };

/** The agent's admin server in front of an Envoy that echoes requests, or without any Envoy (`envoy` is not set). */
async function admin({ writes = false, envoy }: Options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'admin-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'adm.sock');
  if (envoy !== undefined) {
    const server = createServer(envoy).listen(socketPath);
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
  }
  const port = await freePort();
  const { close } = await serveAdmin({
    place: { address: '127.0.0.1', port },
    hosts: [],
    writes,
    socketPath,
  });
  onTestFinished(close);
  return {
    port,
    ask: (path: string, options?: Ask) => request(`http://127.0.0.1:${port}${path}`, options),
  };
}

const echo: RequestListener = (incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    response.writeHead(200, { 'x-envoy': '1' });
    response.end(`${incoming.method} ${incoming.url} ${Buffer.concat(chunks).toString()}`);
  });
};

test.each([
  '/',
  '/server_info',
  '/ready',
  '/stats?filter=%5Ea&format=json',
  '/stats/prometheus?usedonly',
  '/clusters',
  '/config_dump?include_eds',
  '/listeners?format=json',
  '/certs',
])('%s is passed on as it is', async (path) => {
  const { ask } = await admin({ envoy: echo });
  expect(await ask(path)).toMatchObject({ status: 200, body: `GET ${path} `, headers: { 'x-envoy': '1' } });
});

test.each([
  ['POST', '/quitquitquit', 403],
  ['POST', '/stats', 405],
  ['POST', '/drain_listeners', 403],
  ['GET', '/quitquitquit', 403],
  ['POST', '/', 405],
  ['GET', '/memory', 403],
  ['GET', '/stats/../quitquitquit', 403],
  ['GET', '/config_dump/', 403],
])('%s %s is not', async (method, path, status) => {
  const { ask } = await admin({ envoy: echo });
  expect(await ask(path, { method })).toMatchObject({
    status,
    body: expect.stringContaining('DAYBREAK_ADMIN_WRITES=1') as unknown,
  });
});

test('with writes on, every request passes, bodies too; requests from pages of other sites do not', async () => {
  const { ask } = await admin({ envoy: echo, writes: true });
  expect(await ask('/logging?level=debug', { method: 'POST', body: 'a body' })).toMatchObject({
    status: 200,
    body: 'POST /logging?level=debug a body',
  });
  expect(await ask('/memory')).toMatchObject({ status: 200 });
  const headers = { origin: 'https://evil.example' };
  expect(await ask('/quitquitquit', { method: 'POST', headers })).toMatchObject({ status: 403 });
  expect(await ask('/ready', { headers: { host: 'evil.example' } })).toMatchObject({ status: 421 });
});

test("Envoy's response passes unchanged, whatever its status", async () => {
  const { promise: isRead, resolve } = Promise.withResolvers<undefined>();
  const { port } = await admin({
    envoy: (_, response) => {
      response.writeHead(503);
      response.write('the beginning');
      void isRead.then(() => response.end(', the end'));
    },
  });
  const outgoing = get({ host: '127.0.0.1', port, path: '/stats', agent: false });
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  expect(incoming.statusCode).toBe(503);
  const [first] = (await once(incoming, 'data')) as [Buffer];
  expect(first.toString()).toBe('the beginning');
  resolve(undefined);
  expect((await incoming.toArray()).join('')).toBe(', the end');
});

test("if Envoy cuts a response short, the client's response is cut short too", async () => {
  const { ask } = await admin({
    envoy: ({ socket }, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('the beginning', () => socket.destroy());
    },
  });
  await expect(ask('/stats')).rejects.toThrow('aborted');
});

test('if the client disconnects, the request to Envoy is aborted', async () => {
  const isAsked = Promise.withResolvers<undefined>();
  const isGone = Promise.withResolvers<undefined>();
  const { port } = await admin({
    envoy: (_, response) => {
      response.once('close', () => isGone.resolve(undefined));
      isAsked.resolve(undefined);
    },
  });
  const outgoing = get({ host: '127.0.0.1', port, path: '/stats', agent: false });
  outgoing.on('error', () => undefined);
  await isAsked.promise;
  outgoing.destroy();
  await isGone.promise;
});

test.skipIf(SHORT_FORM)('an Envoy that does not answer in time is a 503', async () => {
  const { ask } = await admin({ envoy: () => undefined });
  expect(await ask('/ready', { limitMs: 25_000 })).toEqual(
    expect.objectContaining({ status: 503, body: "Envoy's admin interface: no response in 10 s\n" }),
  );
});

test('without an Envoy every request is a 503', async () => {
  const { ask } = await admin();
  expect(await ask('/ready')).toMatchObject({
    status: 503,
    body: expect.stringMatching(/^Envoy's admin interface: /) as unknown,
  });
});
