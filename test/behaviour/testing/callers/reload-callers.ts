// Sends requests to a host (first argument) in every protocol, at a rate for each (second argument), without retries, and holds TCP connections open.
// At SIGTERM, prints the counts as JSON.
import { Agent, request } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { HELLO, RELOAD_PORTS, type CallerCounts } from './reload-protocols.ts';

const LIMIT_MS = 120_000;
const TCP_CONNECTIONS = 5;
const [host = '', perSecond = '50'] = process.argv.slice(2);
const everyMs = 1000 / Number(perSecond);

const counts: CallerCounts = { sent: 0, failed: {}, tcp: { opened: 0, cut: 0 } };
const open = new Set<Promise<void>>();
// In turn, so that a draining Envoy can tell each of them to close.
const keepAlive = new Agent({ keepAlive: true, maxSockets: 4, scheduling: 'fifo' });
const single = new Agent({ keepAlive: false });

function http(agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const call = request({ host, port: RELOAD_PORTS.http, agent, timeout: LIMIT_MS }, (response) => {
    response.resume();
    response.on('error', reject);
    response.on('end', () =>
      response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
    );
  });
  call.on('timeout', () => call.destroy(new Error('timeout')));
  call.on('error', reject);
  call.end();
  return promise;
}

let session: ClientHttp2Session | undefined;
function http2(): Promise<void> {
  if (session === undefined || session.closed || session.destroyed) {
    session = connectHttp2(`http://${host}:${RELOAD_PORTS.http2}`);
    session.on('error', () => undefined);
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stream = session.request({ ':path': '/' });
  let status: number | undefined;
  stream.setTimeout(LIMIT_MS, () => stream.destroy(new Error('timeout')));
  stream.on('response', (headers) => (status = headers[':status']));
  stream.on('error', reject);
  stream.on('close', () => (status === 200 ? resolve() : reject(new Error(`status ${status}`))));
  stream.resume();
  return promise;
}

const client = new Client(`dns:///${host}:${RELOAD_PORTS.grpc}`, credentials.createInsecure(), {
  'grpc.enable_retries': 0,
});
function grpc(): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = HELLO;
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + LIMIT_MS;
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      Buffer.alloc(0),
      { deadline },
      (error) => {
        if (error === null) resolve();
        else reject(error);
      },
    );
  });
}

/** Of all kinds. A machine that is too slow for the rate gets as many as it can answer. */
const MOST_OPEN = 64;

function send(kind: string, call: () => Promise<void>): void {
  if (open.size >= MOST_OPEN) return;
  counts.sent += 1;
  const done: Promise<void> = call()
    .catch((error: unknown) => {
      const reason = `${kind}: ${String(error)}`;
      counts.failed[reason] = (counts.failed[reason] ?? 0) + 1;
    })
    .finally(() => open.delete(done));
  open.add(done);
}

function hold(): void {
  counts.tcp.opened += 1;
  const socket = connect(RELOAD_PORTS.tcp, host);
  const timer = setInterval(() => socket.write('line\n'), 200);
  socket.resume();
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(timer);
    if (isOver) return;
    counts.tcp.cut += 1;
    hold();
  });
}

let isOver = false;
const timers = Object.entries({
  'http, kept alive': () => http(keepAlive),
  'http, one connection each': () => http(single),
  http2,
  grpc,
}).map(([kind, call]) => setInterval(() => send(kind, call), everyMs));
for (let index = 0; index < TCP_CONNECTIONS; index += 1) hold();
const report = setInterval(() => process.stdout.write(`sent ${counts.sent}\n`), 1000);

process.once('SIGTERM', () => {
  isOver = true;
  for (const timer of [...timers, report]) clearInterval(timer);
  void end();
});

async function end(): Promise<void> {
  await Promise.all(open);
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit());
}
