import { type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { afterEach } from 'vitest';
import { connectRaw, type RawClient } from '../../testing/http2.ts';
import { listenGrpc } from '../listen.ts';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions, type Method } from '../server.ts';
import { status } from '../status.ts';

/** The path of the method that a test server has. */
export const PATH = '/test.Service/Method';

/** Servers and clients of them, each gone after its test. */
export type GrpcFixture = {
  /** A server with one method. */
  readonly serve: (
    method: Method,
    options?: GrpcServerOptions,
  ) => Promise<{ readonly server: GrpcServer; readonly port: number }>;
  readonly raw: (port: number) => RawClient;
  readonly cleanup: (work: () => void) => void;
};

/** To be called once, at the top of a test file. */
export function grpcFixture(): GrpcFixture {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
  });
  return {
    async serve(method, options = {}) {
      const server = createGrpcServer(options);
      server.add(PATH, method);
      const listener = await listenGrpc(server, { port: 0 });
      cleanups.push(listener.close);
      return { server, port: listener.port };
    },
    raw(port) {
      const client = connectRaw(port);
      cleanups.push(client.close);
      return client;
    },
    cleanup: (work) => void cleanups.push(work),
  };
}

/** Headers and trailers of an answer, and what it brought, once it has ended. */
export async function answerOf(
  stream: ClientHttp2Stream,
): Promise<{ readonly fields: IncomingHttpHeaders; readonly body: Buffer }> {
  let fields: IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  stream.on('response', (headers) => (fields = { ...fields, ...headers }));
  stream.on('trailers', (trailers) => (fields = { ...fields, ...trailers }));
  stream.on('data', (chunk: Buffer) => void chunks.push(chunk)).resume();
  await new Promise((resolve) => stream.once('end', resolve));
  stream.end();
  return { fields, body: Buffer.concat(chunks) };
}

/** Says each message again, and ends with the client. */
export const echo: Method = (call) => ({
  message(bytes) {
    const copy = Buffer.from(bytes);
    call.write(
      () => copy,
      () => undefined,
    );
  },
  halfClose: () => call.end(status.OK),
});

/** Hears everything and says nothing. */
export const silent: Method = () => ({ message: () => undefined, halfClose: () => undefined });
