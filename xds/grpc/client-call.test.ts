import { once } from 'node:events';
import { createServer as createHttp2, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { connect, createServer as createTcp, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openCall, type CallOptions, type CallOutcome } from './client-call.ts';
import { CallError } from './call-error.ts';
import type { ServerCall } from './server-call.ts';
import { status } from './status.ts';
import { echo, grpcFixture, PATH } from './testing/calls.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const fixture = grpcFixture();

/** Calls the test method, and records what arrives. */
function call(port: number, options: CallOptions = {}) {
  const messages: string[] = [];
  const taken = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<CallOutcome>();
  const opened = openCall({ host: '127.0.0.1', port }, PATH, options, {
    onHeaders: taken.resolve,
    onMessage: (message) => messages.push(message.toString()),
    onEnd: ended.resolve,
  });
  fixture.cleanup(opened.close);
  return { ...opened, messages, taken: taken.promise, ended: ended.promise };
}

/** A raw HTTP/2 server, without gRPC. */
async function http2(answer: (stream: ServerHttp2Stream) => void): Promise<number> {
  const server: Http2Server = createHttp2().on('stream', (stream) => {
    stream.on('error', () => undefined);
    answer(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fixture.cleanup(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('messages go both ways, large ones included', async () => {
  const { port } = await fixture.serve(echo);
  const { write, messages, taken } = call(port);
  const large = 'x'.repeat(3 * 1024 * 1024);
  write(Buffer.from('a'));
  write(Buffer.from(large));
  expect(await taken).toBe(`127.0.0.1:${port}`);
  await expect.poll(() => messages.map(({ length }) => length)).toEqual([1, large.length]);
  expect(messages[1] === large).toBe(true);
});

test.each([
  ['at once', () => undefined],
  ['after a message', (served: ServerCall) => served.write(() => Buffer.from('b'))],
])('a server that has too much to do says when to come again: %s', async (_, before) => {
  const { port } = await fixture.serve((served) => ({
    message() {
      before(served);
      throw new CallError(status.RESOURCE_EXHAUSTED, 'too much', { retryAfterMs: 1234.4 });
    },
    halfClose: () => undefined,
  }));
  const { write, ended } = call(port);
  write(Buffer.from('a'));
  expect(await ended).toEqual({ code: status.RESOURCE_EXHAUSTED, details: 'too much', retryAfterMs: 1234 });
});

test('a call that the server ends reports the status and its details', async () => {
  const { port } = await fixture.serve((served) => ({
    message() {
      served.sendHeaders();
      served.end(status.NOT_FOUND, 'no such thing: %, é');
    },
    halfClose: () => undefined,
  }));
  const { write, ended } = call(port);
  write(Buffer.from('a'));
  expect(await ended).toEqual({ code: status.NOT_FOUND, details: 'no such thing: %, é' });
});

test('a call that is refused before any answer reports the reason although the client side is still open', async () => {
  const { port } = await fixture.serve(() => {
    throw new CallError(status.UNAUTHENTICATED, 'who are you?');
  });
  expect(await call(port).ended).toEqual({ code: status.UNAUTHENTICATED, details: 'who are you?' });
});

test('headers reach the server', async () => {
  const { port } = await fixture.serve((served) => {
    throw new CallError(status.ABORTED, String(served.headers['authorization']));
  });
  const { ended } = call(port, { headers: { authorization: 'Bearer t' } });
  expect(await ended).toMatchObject({ details: 'Bearer t' });
});

test.each<[string, (stream: ServerHttp2Stream) => void, number, RegExp]>([
  [
    'HTTP 503',
    (stream) => stream.respond({ ':status': 503 }, { endStream: true }),
    status.UNAVAILABLE,
    /HTTP 503/,
  ],
  [
    'a web page',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<html>');
    },
    status.UNKNOWN,
    /"text\/html", which is no gRPC/,
  ],
  ['a reset', (stream) => stream.close(11), status.RESOURCE_EXHAUSTED, /reset/],
  [
    'an invalid status',
    (stream) =>
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': 'x' },
        { endStream: true },
      ),
    status.UNKNOWN,
    /^$/,
  ],
  [
    'a compressed message',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.write(Buffer.from([1, 0, 0, 0, 1, 0]));
    },
    status.INTERNAL,
    /flag 1/,
  ],
])('a call that is answered with %s ends', async (_what, answer, code, words) => {
  const outcome = await call(await http2(answer)).ended;
  expect(outcome.code).toBe(code);
  expect(outcome.details).toMatch(words);
});

test('a refused or lost connection ends the call', async () => {
  const server = createTcp((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await call(port).ended).toMatchObject({ code: status.UNAVAILABLE });
  server.close();
  await once(server, 'close');
  expect((await call(port).ended).details).toContain('ECONNREFUSED');
});

test('closing a call to a silent server leaves no connection open', async () => {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fixture.cleanup(() => server.close());
  const { close } = call((server.address() as AddressInfo).port);
  await expect.poll(() => sockets.size).toBe(1);
  close();
  await expect.poll(() => sockets.size).toBe(0);
});

test.skipIf(SHORT_FORM)('a server that stops answering pings ends the call', async () => {
  const sockets = new Set<Socket>();
  const { port: behind } = await fixture.serve(echo);
  let isCut = false;
  const between = createTcp((socket) => {
    sockets.add(socket);
    const onward = connect({ host: '127.0.0.1', port: behind });
    sockets.add(onward);
    socket.on('data', (chunk) => isCut || onward.write(chunk)).on('error', () => undefined);
    onward.on('data', (chunk) => isCut || socket.write(chunk)).on('error', () => undefined);
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  fixture.cleanup(() => {
    between.close();
    for (const socket of sockets) socket.destroy();
  });
  const { write, messages, ended } = call((between.address() as AddressInfo).port, {
    keepAlive: { everyMs: 100, timeoutMs: 2000 },
  });
  write(Buffer.from('a'));
  await expect.poll(() => messages).toEqual(['a']);
  isCut = true;
  expect(await ended).toMatchObject({ code: status.UNAVAILABLE });
});

test('a further call runs on the connection of the first, and ends with it; the first goes on without it', async () => {
  const connections = new Set<unknown>();
  const { port } = await fixture.serve((served) => {
    connections.add(served.connection);
    return echo(served);
  });
  const { openBeside, write, messages, close } = call(port);
  const open = () => {
    const heard: string[] = [];
    const ended = Promise.withResolvers<CallOutcome>();
    const beside = openBeside(PATH, {
      onHeaders: () => undefined,
      onMessage: (message) => heard.push(message.toString()),
      onEnd: ended.resolve,
    });
    return { ...beside, heard, ended: ended.promise };
  };
  const [one, two] = [open(), open()];
  one.write(Buffer.from('one'));
  two.write(Buffer.from('two'));
  await expect.poll(() => [...one.heard, ...two.heard]).toEqual(['one', 'two']);
  one.close();
  write(Buffer.from('first'));
  await expect.poll(() => messages).toEqual(['first']);
  expect(connections.size).toBe(1);
  close();
  expect((await two.ended).code).toBe(status.UNAVAILABLE);
  expect(await open().ended).toMatchObject({ code: status.UNAVAILABLE });
});
