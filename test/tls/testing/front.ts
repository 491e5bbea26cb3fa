// Usage: node front.ts PAIR PORT HOST:PORT. Terminates TLS for HTTP/2 on a port, with the pair in PAIR-chain.pem and PAIR-key.pem, and forwards the
// plain bytes to HOST:PORT, like a load balancer.
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
