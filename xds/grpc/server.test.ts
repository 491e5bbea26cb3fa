import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { frame } from '../testing/http2.ts';
import { CallError } from './call-error.ts';
import { createGrpcServer, type Method } from './server.ts';
import type { ServerCall } from './server-call.ts';
import { status } from './status.ts';
import { answerOf, echo, grpcFixture, PATH, silent } from './testing/calls.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const { serve, raw, cleanup } = grpcFixture();

describe('a call', () => {
  test('delivers its messages, and its answers arrive in order, before its status', async () => {
    const { port } = await serve(echo);
    const stream = raw(port).open(PATH);
    const sent = ['', 'a', 'b'.repeat(100_000), 'c'].map((text) => frame(Buffer.from(text)));
    stream.end(Buffer.concat(sent));
    const { fields, body } = await answerOf(stream);
    expect(body.equals(Buffer.concat(sent))).toBe(true);
    expect(fields).toMatchObject({
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': '0',
      'grpc-accept-encoding': 'identity',
    });
  });

  test('ends with its code and details, with any characters in them', async () => {
    const words = 'no: 100 % "größe" \n 🙂\ud800';
    const { port } = await serve(() => {
      throw new CallError(status.NOT_FOUND, words);
    });
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    cleanup(() => client.close());
    const asIs = (bytes: Buffer): Buffer => bytes;
    const call = client.makeBidiStreamRequest(PATH, asIs, asIs, new Metadata());
    call.on('error', () => undefined).on('data', () => undefined);
    const end = await new Promise<StatusObject>((resolve) => call.once('status', resolve));
    expect(end).toMatchObject({ code: status.NOT_FOUND, details: words.toWellFormed() });
  });

  test('ends with its code although its details are longer than any header field', async () => {
    const { port } = await serve(() => {
      throw new CallError(status.NOT_FOUND, 'ö'.repeat(1_000_000));
    });
    const { fields } = await answerOf(raw(port).open(PATH));
    expect(fields).toMatchObject({
      'grpc-status': '5',
      'grpc-message': expect.stringMatching(/^(%C3%B6)+%E2%80%A6$/),
    });
  });

  test('whose method throws an unexpected error ends as an internal error, and no other call does', async () => {
    const { port } = await serve((call) => ({
      ...echo(call),
      message() {
        throw new TypeError('a fault');
      },
    }));
    const client = raw(port);
    const other = client.open(PATH);
    const stream = client.open(PATH);
    stream.write(frame(Buffer.from('x')));
    expect((await answerOf(stream)).fields).toMatchObject({ 'grpc-status': '13', 'grpc-message': 'a fault' });
    other.end();
    expect((await answerOf(other)).fields).toMatchObject({ 'grpc-status': '0' });
  });

  test.each([0, 1])('whose message %i cannot be encoded ends as an internal error', async (bad) => {
    const { port } = await serve((call) => {
      for (let number = 0; number < 3; number += 1) {
        const encode = (): Buffer => {
          if (number === bad) throw new TypeError('a fault');
          return Buffer.from(`${number}`);
        };
        call.write(encode);
      }
      return silent(call);
    });
    const { fields, body } = await answerOf(raw(port).open(PATH));
    expect(fields).toMatchObject({ 'grpc-status': '13', 'grpc-message': 'a fault' });
    expect(body.length).toBe(bad * 6);
  });

  test('that ends amid a message gets INVALID_ARGUMENT', async () => {
    const { port } = await serve(echo);
    const stream = raw(port).open(PATH);
    stream.end(frame(Buffer.from('whole')).subarray(0, 8));
    expect((await answerOf(stream)).fields).toMatchObject({ 'grpc-status': String(status.INVALID_ARGUMENT) });
  });

  test('with a message that is too long gets RESOURCE_EXHAUSTED at once, before the message has arrived', async () => {
    const { port } = await serve(echo, { mostMessageBytes: 10 });
    const stream = raw(port).open(PATH);
    stream.write(frame(Buffer.alloc(11)).subarray(0, 5));
    expect((await answerOf(stream)).fields).toMatchObject({
      'grpc-status': String(status.RESOURCE_EXHAUSTED),
      'grpc-message': 'a message of 11 bytes: at most 10 are read',
    });
  });

  test('encodes a message when the ones before it are flushed, and not before', async () => {
    const encoded: number[] = [];
    const { port } = await serve((call) => {
      for (let number = 0; number < 3; number += 1) {
        const encode = (): Buffer => {
          encoded.push(number);
          return Buffer.alloc(100_000, `${number}`);
        };
        call.write(encode);
      }
      call.end(status.OK);
      call.write(() => Buffer.from('after its end'));
      return silent(call);
    });
    const stream = raw(port).open(PATH);
    stream.pause();
    await expect.poll(() => encoded.length).toBeGreaterThan(0);
    await sleep(20);
    expect(encoded).toEqual([0]);
    const { body, fields } = await answerOf(stream);
    expect(body.length).toBe(3 * 100_005);
    expect([...body.toString('latin1').matchAll(/0+|1+|2+/g)].map(([run]) => run.length > 90_000)).toEqual([
      true,
      true,
      true,
    ]);
    expect(fields).toMatchObject({ 'grpc-status': '0' });
  });

  test.skipIf(SHORT_FORM)('is closed if the client leaves it open after its end', async () => {
    const { port } = await serve((call) => {
      call.end(status.OK);
      return silent(call);
    });
    const stream = raw(port).open(PATH);
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  });

  test.each([
    ['resets it', constants.NGHTTP2_CANCEL],
    ['resets it without an error', constants.NGHTTP2_NO_ERROR],
  ])('is over as soon as the client %s, although no message to it was flushed', async (_, code) => {
    let over = false;
    const { port } = await serve((call) => {
      call.whenOver(() => (over = true));
      call.write(() => Buffer.alloc(200_000));
      return silent(call);
    });
    const stream = raw(port).open(PATH);
    stream.pause();
    await new Promise((resolve) => stream.once('response', resolve));
    stream.close(code);
    await expect.poll(() => over).toBe(true);
  });
});

describe('refusals:', () => {
  const ask = (port: number, headers: Readonly<Record<string, string>>) => {
    const all = { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', ...headers };
    return answerOf(raw(port).session.request(all, { endStream: false }));
  };

  test.each([
    ['a request that is not gRPC', { 'content-type': 'application/json' }, { ':status': 415 }],
    ['another kind of gRPC', { 'content-type': 'application/grpc-web' }, { ':status': 415 }],
    ['another HTTP method', { ':method': 'PUT' }, { ':status': 405 }],
    [
      'an unknown method',
      { ':path': '/test.Service/None' },
      { ':status': 200, 'grpc-status': '12', 'grpc-message': 'this server has no method /test.Service/None' },
    ],
    ['an invalid time limit', { 'grpc-timeout': '5 s' }, { 'grpc-status': '3' }],
    ['a time limit with too many digits', { 'grpc-timeout': '123456789S' }, { 'grpc-status': '3' }],
  ])('%s', async (_, headers, expected) => {
    const { port } = await serve(echo);
    expect((await ask(port, headers)).fields).toMatchObject(expected);
  });

  test.each(['application/grpc+proto', 'application/grpc;charset=utf-8'])('accepted: %s', async (type) => {
    const { port } = await serve((call) => {
      call.end(status.OK);
      return silent(call);
    });
    expect((await ask(port, { 'content-type': type })).fields).toMatchObject({ 'grpc-status': '0' });
  });

  test.each(['20m', '20000u', '20000000n'])('a call past its deadline, %s', async (limit) => {
    const { port } = await serve(silent);
    expect((await ask(port, { 'grpc-timeout': limit })).fields).toMatchObject({
      'grpc-status': String(status.DEADLINE_EXCEEDED),
      'grpc-message': 'the call was to take 20 ms at most',
    });
  });
});

describe('a guard', () => {
  test('admits a call later, or ends it, before its method is called', async () => {
    const heard: Pick<ServerCall, 'path' | 'authority' | 'connection'>[] = [];
    const calls: ServerCall[] = [];
    const method: Method = (call) => {
      const { path, authority, connection } = call;
      heard.push({ path, authority, connection });
      calls.push(call);
      return echo(call);
    };
    const guard = (call: ServerCall, enter: () => void): void => {
      if (call.headers['who'] === 'friend') setTimeout(enter, 5);
      else call.end(status.UNAUTHENTICATED, 'who?');
    };
    const { port } = await serve(method, { guard });
    const client = raw(port);
    const refused = client.open(PATH);
    refused.write(frame(Buffer.from('x')));
    expect((await answerOf(refused)).fields).toMatchObject({ 'grpc-status': '16', 'grpc-message': 'who?' });
    expect(heard).toEqual([]);
    const headers = { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', who: 'friend' };
    const stream = client.session.request(headers, { endStream: false });
    stream.end(frame(Buffer.from('hello')));
    expect((await answerOf(stream)).body.subarray(5).toString()).toBe('hello');
    expect(heard[0]).toMatchObject({
      path: PATH,
      authority: `127.0.0.1:${port}`,
      connection: { peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
    });
    // Headers of an open call would only take memory.
    expect(calls[0]?.headers).toEqual({});
  });
});

test('closing the server destroys a connection whose client has gone silent, for example behind a network cut', async () => {
  const server = createGrpcServer();
  const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
  const listener = createServer((socket) => {
    server.serve(socket);
    resolve(socket);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect({ port: (listener.address() as AddressInfo).port, allowHalfOpen: true });
  cleanup(() => {
    client.destroy();
    listener.close();
  });
  // The HTTP/2 preface with empty settings (RFC 9113, 3.4), without an end.
  client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
  const socket = await accepted;
  await once(client, 'data');
  client.resume();
  void server.drain();
  await expect.poll(() => socket.writableEnded).toBe(true);
  server.close();
  await expect.poll(() => socket.destroyed).toBe(true);
});
