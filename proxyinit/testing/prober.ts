import { connect } from 'node:net';

// Opens connections to an address and port, one after another, until it is killed. Writes the port that answered each, or `-` if its first packet was
// dropped. Each connection has a new local port, from the third argument on: after connection tracking starts, the kernel would
// take a connection from a reused port for an earlier one, and route it likewise.
const PATIENCE_MS = 400;
/** A guard may drop the last packet that makes a connection. */
const ANSWER_MS = 5000;
const [host = '', port = '', first = ''] = process.argv.slice(2);
for (let localPort = Number(first); localPort < Number(first) + 10_000; localPort += 1) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host, port: Number(port), localPort });
  const timer = setTimeout(() => setImmediate(judge), PATIENCE_MS);
  /** The kernel makes a connection on this machine at once, however busy the programs are; only they answer late. */
  const judge = (): void => {
    if (socket.connecting) resolve('-');
    else setTimeout(resolve, ANSWER_MS, '-').unref();
  };
  socket.on('data', (data) => resolve(data.toString().trim()));
  socket.on('error', () => resolve('-'));
  process.stdout.write(`${await promise}\n`);
  clearTimeout(timer);
  socket.destroy();
  await new Promise((later) => setTimeout(later, 1));
}
