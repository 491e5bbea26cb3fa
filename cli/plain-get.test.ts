import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { plainGet } from './plain-get.ts';

async function listen(server: Server): Promise<{ readonly address: string; readonly port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const LIMIT_MS = 60_000;

test('status and body of an answer of Node, in several writes', async () => {
  const place = await listen(
    createHttp((request, response) => {
      response.writeHead(503).write(`${request.method} ${request.url} `);
      setImmediate(() => response.end('not yet\n\n'));
    }),
  );
  expect(await plainGet(place, '/readyz', LIMIT_MS)).toEqual({ status: 503, body: 'GET /readyz not yet' });
});

test.each([
  ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '' }],
  [
    'no reason phrase, and a body with empty lines',
    'HTTP/1.0 200\r\na: b\r\n\r\nx\r\n\r\ny',
    { status: 200, body: 'x\r\n\r\ny' },
  ],
  ['a connection that ends in the headers', 'HTTP/1.1 500 E\r\na:', { status: 500, body: '' }],
])('%s', async (_what, text, answer) => {
  const place = await listen(createServer((socket) => void socket.end(text)));
  expect(await plainGet(place, '/', LIMIT_MS)).toEqual(answer);
});

test.each([
  '',
  'SSH-2.0-x\r\n',
  'HTTP/2 200\r\n\r\n',
  ' HTTP/1.1 200\r\n\r\n',
])('%j is no HTTP answer', async (text) => {
  const place = await listen(createServer((socket) => void socket.end(text)));
  await expect(plainGet(place, '/', LIMIT_MS)).rejects.toThrow('the answer is not HTTP');
});

test('a server that sends bytes for ever, and one that is silent, end at the limit', async () => {
  for (const answer of ['HTTP/1.1 200 OK\r\n\r\n', undefined]) {
    const place = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined);
        if (answer !== undefined) socket.write(answer);
        const timer = setInterval(() => answer !== undefined && socket.write('x'.repeat(10_000)), 10);
        socket.on('close', () => clearInterval(timer));
      }),
    );
    await expect(plainGet(place, '/', 500)).rejects.toThrow('no answer within 500 ms');
  }
});
