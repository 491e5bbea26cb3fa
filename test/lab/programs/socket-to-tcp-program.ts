// `node socket-to-tcp-program.ts SOCKET HOST PORT [CA CERT KEY]`: forwards each connection to the unix socket SOCKET to HOST:PORT; with the files CA, CERT
// and KEY by TLS, with a client certificate. Prints `ready` once it listens.
import { createConnection, createServer } from 'node:net';
import { chmodSync, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { connect } from 'node:tls';

const [socket = '', host = '', port = '', ...files] = process.argv.slice(2);
const [ca, cert, key] = files.map((file) => readFileSync(file));
const to = { host, port: Number(port), noDelay: true };
const ignore = (): void => undefined;
createServer((near) => {
  const far =
    ca === undefined ? createConnection(to) : connect({ ...to, ca, cert, key, ALPNProtocols: ['h2'] });
  pipeline(near, far, ignore);
  pipeline(far, near, ignore);
}).listen(socket, () => {
  chmodSync(socket, 0o666);
  process.stdout.write('ready\n');
});
