// One server per protocol: HTTP/1.1, TCP that speaks first and echoes, HTTP/2 without TLS, gRPC with one method. Prints `ready`.
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTcpServer } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HELLO, PORTS } from './ports.ts';

// It closes no idle connection, which an Envoy might be about to use.
createHttpServer({ keepAliveTimeout: 3_600_000 }, (_request, response) => void response.end('hello')).listen(
  PORTS.http,
);

createTcpServer((socket) => {
  socket.on('error', () => {});
  socket.write('hello\n');
  socket.on('data', (bytes) => void socket.write(bytes));
}).listen(PORTS.tcp);

createHttp2Server((_request, response) => void response.end('hello')).listen(PORTS.http2);

const grpc = new Server();
grpc.addService(
  { Hello: HELLO },
  {
    Hello: (_call: unknown, answer: (error: null, bytes: Buffer) => void) =>
      answer(null, Buffer.from('hello')),
  },
);
grpc.bindAsync(`0.0.0.0:${PORTS.grpc}`, ServerCredentials.createInsecure(), (error) => {
  process.stdout.write(`${error === null ? 'ready' : error.message}\n`);
});
