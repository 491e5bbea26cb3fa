// An app on a host: it listens on many ports, in each protocol, and answers as the request or its control port says. Argument: AppOptions as JSON.
import { createServer } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2';
import { once } from 'node:events';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { APP_CONTROL_PORT, type AppOptions } from './app-options.ts';
import { createAttempts } from '../callers/attempts.ts';
import { createHeld } from './app-held.ts';
import { answerHttp } from './app-http.ts';
import { serveGrpc } from './app-grpc.ts';
import { serveLimited } from './app-limited.ts';
import { serveNarrow } from './app-narrow.ts';
import { serveRaw } from './app-raw.ts';
import { acceptWebSocket, acceptWebSocketStream } from './app-web-socket.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as AppOptions;
const {
  name,
  host,
  ipv6Only = false,
  http = [],
  http2 = [],
  grpc = [],
  tcp = [],
  raw = [],
  limited = [],
  narrow = [],
} = options;

const attempts = createAttempts();
const held = createHeld();
/** Ports whose health checks fail, and ports whose requests all fail. */
const sick = new Set(options.sick ?? []);
const failing = new Set<number>();

/** One for each server; a server at a host name listens only after the name is resolved. */
const listening: Promise<unknown>[] = [];
const listens = (server: TcpServer): void => void listening.push(once(server, 'listening'));

/** Longer than any test, in milliseconds: an Envoy might be about to use a connection that is closed because it is idle. */
const IDLE_MS = 3_600_000;

for (const port of http) {
  const server = createServer({ keepAliveTimeout: IDLE_MS }, (request, response) =>
    answerHttp({ name, port, attempts, sick, failing, held }, request, response),
  );
  server.on('upgrade', acceptWebSocket);
  listens(server.listen({ port, host, ipv6Only }));
}

for (const port of http2) {
  const settings = { enableConnectProtocol: true, maxHeaderListSize: 2 ** 18 };
  const server = createHttp2Server({ settings }, (request, response) =>
    answerHttp({ name, port, attempts, sick, failing, held }, request, response),
  );
  server.on('connect', ({ headers, stream }: Http2ServerRequest) =>
    acceptWebSocketStream(headers['sec-websocket-key'], stream),
  );
  server.on('sessionError', () => {});
  listens(server.listen({ port, host, ipv6Only }));
}

for (const port of tcp) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    attempts.next(`tcp ${port}`);
    socket.write(`${name} ${port}\n`);
    socket.on('data', (bytes) => void socket.write(bytes));
  });
  listens(server.listen({ port, host, ipv6Only }));
}

for (const port of raw) listens(serveRaw(name, port, host));
for (const port of narrow) listens(serveNarrow(port, host));
for (const [port, streams] of limited) listens(serveLimited(port, host, streams));

await Promise.all([
  ...listening,
  ...grpc.map((port) => serveGrpc({ name, host, port, attempts, sick, held })),
]);

createServer((request, response) => {
  const [what = '', id = ''] = (request.url ?? '').split('/').slice(1).map(decodeURIComponent);
  if (what === 'attempts') return void response.end(String(attempts.count(id)));
  if (what === 'fail') failing.add(Number(id));
  if (what === 'sick') sick.add(Number(id));
  if (what === 'well') sick.delete(Number(id));
  if (what === 'release') held.release(id);
  return void response.end();
}).listen(APP_CONTROL_PORT, () => process.stdout.write('ready\n'));
