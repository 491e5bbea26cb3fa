// One server per protocol, each answering with its protocol's name: TCP speaks first, HTTP/2 without TLS, gRPC with one method.
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTcpServer } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HELLO, PORTS } from './hello.ts';

createTcpServer((socket) => {
  socket.on('error', () => {});
  socket.write('hello from tcp\n');
  socket.on('data', (bytes) => void socket.write(`echo ${bytes.toString()}`));
}).listen(PORTS.tcp);

createHttp2Server((request, response) => {
  response.end(`hello from ${request.httpVersion === '2.0' ? 'http2' : request.httpVersion}`);
}).listen(PORTS.http2);

const grpc = new Server();
grpc.addService(
  { Hello: HELLO },
  {
    Hello: (_call: unknown, answer: (error: null, bytes: Buffer) => void) =>
      answer(null, Buffer.from('hello from grpc')),
  },
);
grpc.bindAsync(`0.0.0.0:${PORTS.grpc}`, ServerCredentials.createInsecure(), (error) => {
  process.stdout.write(`${error === null ? 'ready' : error.message}\n`);
});
