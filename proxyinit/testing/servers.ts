import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

// Listens on each given port, TCP and UDP, and answers with the port.
const ports = process.argv.slice(2).map(Number);
await Promise.all(
  ports.flatMap((port) => {
    const tcp = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`${port}\n`);
    });
    server.on('error', tcp.reject).listen(port, '::', tcp.resolve);

    // Redirected packets arrive at these addresses, and answers have to come from them.
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
