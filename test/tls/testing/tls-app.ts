// Usage: node tls-app.ts PAIR PORT=OPTIONS…. An app that terminates TLS itself, with the pair in PAIR-chain.pem and PAIR-key.pem, on these ports,
// each with its node:tls options (JSON). It answers with the TLS version and resumption of each request, and closes the connection.
import { readFileSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';

const [pair = '', ...ports] = process.argv.slice(2);
const cert = readFileSync(`${pair}-chain.pem`);
const key = readFileSync(`${pair}-key.pem`);
await Promise.all(
  ports.map((each) => {
    const [, port, options = '{}'] = /^(\d+)=(.*)$/.exec(each) ?? [];
    const server = createServer(
      { cert, key, ...(JSON.parse(options) as ServerOptions) },
      (incoming, outgoing) => {
        const socket = incoming.socket as TLSSocket;
        outgoing.setHeader('connection', 'close');
        outgoing.end(JSON.stringify({ protocol: socket.getProtocol(), isResumed: socket.isSessionReused() }));
      },
    );
    return new Promise<void>((resolve) => server.listen(Number(port), resolve));
  }),
);
process.stdout.write('ready\n');
