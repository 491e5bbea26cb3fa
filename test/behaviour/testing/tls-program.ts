// `serve NAME PORT CERT KEY`: a TLS server that sends its name and closes. `ask ADDRESS PORT SERVER_NAME`: prints the name that a TLS server sends,
// or `closed`.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';

const [what, first = '', port = '', third = '', fourth = ''] = process.argv.slice(2);

if (what === 'serve') {
  const options = { cert: readFileSync(third), key: readFileSync(fourth) };
  const server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.end(first);
  });
  server.listen(Number(port), () => process.stdout.write('ready\n'));
} else {
  const socket = connect({ host: first, port: Number(port), servername: third, rejectUnauthorized: false });
  let said = '';
  socket.on('data', (bytes: Buffer) => (said += bytes.toString()));
  socket.on('error', () => {});
  socket.on('close', () => process.stdout.write(said === '' ? 'closed' : said));
}
