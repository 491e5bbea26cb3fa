import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

// Listens on each port given, TCP and UDP, and tells whoever comes which port it was that answered.
const ports = process.argv.slice(2).map(Number);
await Promise.all(
  ports.flatMap((port) => {
    const tcp = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`${port}\n`);
    });
    server.on('error', tcp.reject).listen(port, '::', tcp.resolve);

    // What is redirected comes to these addresses, and an answer has to come from them.
    const udp = ['127.0.0.1', '::1', '::'].map((address) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const socket = createSocket({ type: address === '127.0.0.1' ? 'udp4' : 'udp6', reuseAddr: true });
      socket.on('message', (_, from) => socket.send(`${port}\n`, from.port, from.address));
      socket.on('error', reject).bind(port, address, resolve);
      return promise;
    });
    return [tcp.promise, ...udp];
  }),
);
process.stdout.write('ready\n');
