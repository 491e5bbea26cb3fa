// Usage: node whoami.js PORT. Answers each request with its own uid and the address of the client.
import { createServer } from 'node:http';

const server = createServer((incoming, outgoing) => {
  outgoing.end(`${process.getuid?.()} ${incoming.socket.remoteAddress?.replace('::ffff:', '')}`);
});
server.listen(Number(process.argv[2]), '::', () => process.stdout.write('listening\n'));
