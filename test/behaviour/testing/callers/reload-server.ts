// One server per protocol.
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTcpServer } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HELLO, RELOAD_PORTS } from './reload-protocols.ts';

createTcpServer((socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
}).listen(RELOAD_PORTS.tcp);

// It closes no idle connection, which an Envoy might be about to use.
createHttpServer({ keepAliveTimeout: 3_600_000 }, (_, response) => response.end('hello')).listen(
  RELOAD_PORTS.http,
);
createHttp2Server((_, response) => response.end('hello')).listen(RELOAD_PORTS.http2);

const grpc = new Server();
grpc.addService(
  { Hello: HELLO },
  {
    Hello: (_call: unknown, answer: (error: null, bytes: Buffer) => void) =>
      answer(null, Buffer.from('hello')),
  },
);
grpc.bindAsync(`0.0.0.0:${RELOAD_PORTS.grpc}`, ServerCredentials.createInsecure(), (error) => {
  process.stdout.write(`${error === null ? 'ready' : error.message}\n`);
});
