import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../api/testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => api.close());

/** Sends bytes on a new connection, and reads until the server closes it. */
async function exchange(bytes: string, app = api.app): Promise<string> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

/** Parses the last response, which closes the connection. */
function parse(text: string) {
  const answer = text.slice(text.lastIndexOf('HTTP/1.1 '));
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  return {
    status: Number(status.split(' ')[1]),
    error: headers['x-amzn-errortype'],
    requestId: headers['x-amzn-requestid'],
    type: headers['content-type'],
    allow: headers['allow'],
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
  };
}

const MESHES = '/v20190125/meshes';
const request = (method: string, ...lines: string[]): string =>
  [`${method} ${MESHES} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');
const CHUNKED = 'Transfer-Encoding: chunked';
const LARGE = 'a'.repeat(20_000);

describe('has the format of all other errors', () => {
  const NO_HTTP = /^These bytes are not an HTTP request: /;
  const cases: readonly [string, string, number, string, RegExp][] = [
    ['no HTTP at all', 'garbage\r\n\r\n', 400, 'SerializationException', NO_HTTP],
    ['TLS on a plain HTTP port', '\x16\x03\x01\x02\0\x01\0', 400, 'SerializationException', NO_HTTP],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'SerializationException', NO_HTTP],
    ['an unknown method', request('FOO'), 400, 'SerializationException', /: Invalid method/],
    ['a NUL in a header', request('GET', 'X: a\0b'), 400, 'SerializationException', NO_HTTP],
    [
      'an invalid length',
      request('PUT', 'Content-Length: a'),
      400,
      'SerializationException',
      /Content-Length/,
    ],
    [
      'two lengths',
      `${request('PUT', 'Content-Length: 2', 'Content-Length: 3')}{}`,
      400,
      'SerializationException',
      /Content-Length/,
    ],
    [
      'a length with a chunked body',
      `${request('PUT', 'Content-Length: 2', CHUNKED)}2\r\n{}\r\n0\r\n\r\n`,
      400,
      'SerializationException',
      /Transfer-Encoding/,
    ],
    [
      'a transfer coding that does not delimit the body',
      `${request('PUT', 'Transfer-Encoding: gzip')}{}`,
      400,
      'SerializationException',
      NO_HTTP,
    ],
    ['a chunk without a size', `${request('PUT', CHUNKED)}zz\r\n{}`, 400, 'SerializationException', /chunk/],
    [
      'a content type that is none',
      `${request('PUT', 'Content-Type: json', 'Content-Length: 2', 'Connection: close')}{}`,
      400,
      'SerializationException',
      /^The header Content-Type is "json", .* application\/json, or leave the header out\.$/,
    ],
    [
      'no host',
      `GET ${MESHES} HTTP/1.1\r\nConnection: close\r\n\r\n`,
      400,
      'SerializationException',
      /Host, but this one has none/,
    ],
    ['two hosts', request('GET', 'Host: y'), 400, 'SerializationException', /Host, but this one has 2/],
    [
      'headers that are too large',
      request('GET', `X: ${LARGE}`),
      431,
      'RequestHeaderFieldsTooLargeException',
      /more than 16384 bytes/,
    ],
    [
      'a path that is too long',
      `GET /${LARGE} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      431,
      'RequestHeaderFieldsTooLargeException',
      /more than 16384 bytes/,
    ],
    [
      'chunks whose extensions are too large',
      `${request('PUT', CHUNKED)}2;${LARGE}\r\n{}\r\n0\r\n\r\n`,
      413,
      'RequestEntityTooLargeException',
      /more than 16384 bytes/,
    ],
    [
      'an expectation',
      request('PUT', 'Expect: tea', 'Content-Length: 2'),
      417,
      'ExpectationFailedException',
      /'tea' of the header Expect/,
    ],
    [
      'a method that the path does not have',
      request('PATCH'),
      405,
      'MethodNotAllowedException',
      /GET or PUT/,
    ],
    ['CONNECT for a path', request('CONNECT'), 405, 'MethodNotAllowedException', /GET or PUT/],
    [
      'QUERY, for which fastify requires a content type',
      request('QUERY'),
      405,
      'MethodNotAllowedException',
      /GET or PUT/,
    ],
    [
      'CONNECT for a host',
      'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n',
      404,
      'UnknownOperationException',
      /CONNECT a:443/,
    ],
    [
      'OPTIONS for the server',
      'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
      404,
      'UnknownOperationException',
      /\*/,
    ],
  ];
  it.each(cases)('%s', async (_, bytes, status, error, message) => {
    expect(parse(await exchange(withClose(bytes)))).toEqual({
      status,
      error,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'application/json; charset=utf-8',
      allow: status === 405 ? 'GET, PUT' : undefined,
      body: { message: expect.stringMatching(message) },
    });
  });

  // A parsed request keeps the connection open, unless it asks to close it.
  function withClose(bytes: string): string {
    return bytes.replace('Host: localhost\r\n', 'Host: localhost\r\nConnection: close\r\n');
  }

  it('HEAD, without a body', async () => {
    const answer = parse(await exchange(request('HEAD', 'Connection: close')));
    expect(answer).toMatchObject({ status: 405, error: 'MethodNotAllowedException', body: undefined });
  });

  it('invalid bytes after a valid request', async () => {
    const answer = await exchange(`${request('GET')}garbage\r\n\r\n`);
    expect(parse(answer)).toMatchObject({ status: 400, error: 'SerializationException' });
  });
});

it('an HTTP/1.0 request needs no host', async () => {
  expect(parse(await exchange(`GET ${MESHES} HTTP/1.0\r\n\r\n`)).status).toBe(200);
});

it('100-continue is honoured', async () => {
  const expecting = request('PUT', 'Expect: 100-continue', 'Connection: close', 'Content-Length: 2');
  const answer = await exchange(`${expecting}{}`);
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
  expect(parse(answer)).toMatchObject({ status: 400, error: 'BadRequestException' });
});

it('a request during the shutdown gets an error in the same format', async () => {
  const stopping = await startApi();
  const isStopping = new Promise<void>((resolve) => {
    stopping.app.addHook('preClose', async () => resolve());
  });
  await stopping.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = stopping.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  let answers = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answers += text));
  // Keeps the connection open until the body arrives.
  const arrived = once(stopping.app.server, 'request');
  socket.write(`${request('PUT', 'Content-Length: 2')}{`);
  await arrived;
  const stopped = stopping.close();
  await isStopping;
  socket.write(`}${request('GET')}`);
  await once(socket, 'close');
  await stopped;
  expect(answers).toMatch(/^HTTP\/1\.1 400 /);
  expect(parse(answers)).toMatchObject({
    status: 503,
    error: 'ServiceUnavailableException',
    body: { message: 'This control plane is stopping. Nothing was done.' },
  });
});
