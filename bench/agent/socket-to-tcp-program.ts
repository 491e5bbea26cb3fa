// `node socket-to-tcp-program.ts SOCKET HOST PORT`: forwards each connection to the unix socket SOCKET to HOST:PORT. Prints `ready` once it listens.
import { createConnection, createServer } from 'node:net';
import { chmodSync } from 'node:fs';
import { pipeline } from 'node:stream';

const [socket = '', host = '', port = ''] = process.argv.slice(2);
const ignore = (): void => undefined;
createServer((near) => {
  const far = createConnection({ host, port: Number(port), noDelay: true });
  pipeline(near, far, ignore);
  pipeline(far, near, ignore);
}).listen(socket, () => {
  chmodSync(socket, 0o666);
  process.stdout.write('ready\n');
});
