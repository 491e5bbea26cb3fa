import { createServer } from 'node:net';

// Listens on each port given and tells whoever connects which port it was that answered.
const ports = process.argv.slice(2).map(Number);
await Promise.all(
  ports.map((port) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`${port}\n`);
    });
    server.on('error', reject).listen(port, '::', resolve);
    return promise;
  }),
);
process.stdout.write('ready\n');
