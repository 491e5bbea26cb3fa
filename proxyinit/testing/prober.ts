import { connect } from 'node:net';

// Opens one connection after the other to an address and port until it is killed, and writes who answered each: a port, or
// `-` where nobody did in time. Each is from a port of its own, from the third argument on: one from a port that a connection
// had when the kernel began to watch connections would be taken for that one, and go its way.
const [host = '', port = '', first = ''] = process.argv.slice(2);
for (let localPort = Number(first); localPort < Number(first) + 10_000; localPort += 1) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host, port: Number(port), localPort });
  const timer = setTimeout(resolve, 100, '-');
  socket.on('data', (data) => resolve(data.toString().trim()));
  socket.on('error', () => resolve('-'));
  process.stdout.write(`${await promise}\n`);
  clearTimeout(timer);
  socket.destroy();
  await new Promise((later) => setTimeout(later, 1));
}
