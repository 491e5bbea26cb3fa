import { type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { afterEach } from 'vitest';
import { connectRaw, type RawClient } from '../../testing/http2.ts';
import { listenGrpc } from '../listen.ts';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions, type Method } from '../server.ts';
import { status } from '../status.ts';

/** The path of a test server's method. */
export const PATH = '/test.Service/Method';

/** Creates servers and clients, and closes them after each test. */
export type GrpcFixture = {
  /** Starts a server with one method. */
  readonly serve: (
    method: Method,
    options?: GrpcServerOptions,
  ) => Promise<{ readonly server: GrpcServer; readonly port: number }>;
  readonly raw: (port: number) => RawClient;
  readonly cleanup: (work: () => void) => void;
};

/** Creates a fixture. Call it once, at the top of a test file. */
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

/** Reads an answer to its end: its headers and trailers, and its body. */
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

/** Echoes each message, and ends when the client does. */
export const echo: Method = (call) => ({
  message(bytes) {
    const copy = Buffer.from(bytes);
    call.write(() => copy);
  },
  halfClose: () => call.end(status.OK),
});

/** Ignores all messages and sends nothing. */
export const silent: Method = () => ({ message: () => undefined, halfClose: () => undefined });
