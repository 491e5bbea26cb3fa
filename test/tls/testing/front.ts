// Usage: node front.ts PAIR PORT HOST:PORT. Takes TLS for HTTP/2 on a port, with the pair that PAIR-chain.pem and
// PAIR-key.pem hold, as a load balancer does, and passes what is in it on.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';

const [pair = '', port = '', target = ''] = process.argv.slice(2);
const [host = '', targetPort = ''] = target.split(':');
const options = {
  cert: readFileSync(`${pair}-chain.pem`),
  key: readFileSync(`${pair}-key.pem`),
  ALPNProtocols: ['h2'],
};
createServer(options, (near) => {
  const far = connect({ host, port: Number(targetPort) });
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}).listen(Number(port), () => process.stdout.write('ready\n'));
