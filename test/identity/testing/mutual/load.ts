// `load.ts HOST EVERY_MS [KIND…]` sends requests to a host by these kinds of client (default: all six), one per kind each EVERY_MS, or fewer if the
// answers are slow, until SIGTERM. It prints `ready` once it takes that signal, `enough` once each kind has sent more than 100, and at the end one line
// of JSON: per kind the requests, and up to ten failures with their times. `closed`: the tcp connections that the policy cut.
import { Agent, get } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { DRAIN_S, HELLO, PORTS } from './ports.ts';
import type { Client as Kind } from './scene.ts';

const LIMIT_MS = 120_000;
const [host = '', every = '', ...kinds] = process.argv.slice(2);

const agent = new Agent({ keepAlive: true });
const grpc = new Client(`dns:///${host}:${PORTS.grpc}`, credentials.createInsecure());
let session: ClientHttp2Session | undefined;

type Settle = { readonly resolve: () => void; readonly reject: (error: Error) => void };

function askHttp({ resolve, reject }: Settle, by: Agent | false): void {
  get({ host, port: PORTS.http, agent: by }, (response) => {
    response.resume();
    response.on('end', () =>
      response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
    );
  }).on('error', reject);
}

/** The tcp connection that is kept, and the questions whose echo has not come. */
let kept: Socket | undefined;
let waiting: Settle[] = [];

/** The connections that the policy cut, by client. */
const cut = { tcp: 0, 'tcp, kept': 0 };

/** Whether a connection opened at this time may be cut by the policy. Half of the drain: Envoy's timers count from the start of a turn of its loop. */
const outlivedDrain = (since: number): boolean => performance.now() - since > (DRAIN_S * 1000) / 2;

function keptConnection(): Socket {
  if (kept !== undefined) return kept;
  const socket = connect(PORTS.tcp, host);
  kept = socket;
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    for (const _ of bytes.toString().match(/\?/g) ?? []) waiting.shift()?.resolve();
  });
  socket.on('close', () => {
    cut['tcp, kept'] += 1;
    kept = undefined;
    // The policy closes connections of a chain that goes; a question on its way then is counted with the connection.
    for (const { resolve } of waiting.splice(0)) resolve();
  });
  return socket;
}

const ASK: Readonly<Record<Kind, (settle: Settle) => void>> = {
  http: (settle) => askHttp(settle, agent),
  'http, new connections': (settle) => askHttp(settle, false),
  'tcp, kept': (settle) => {
    waiting.push(settle);
    keptConnection().write('?');
  },
  tcp({ resolve, reject }) {
    const since = performance.now();
    const socket = connect(PORTS.tcp, host);
    let said = '';
    let settled = false;
    const ended = (reason: Error): void => {
      if (settled) return;
      if (!outlivedDrain(since)) return reject(reason);
      cut.tcp += 1;
      settled = true;
      resolve();
    };
    socket.on('data', (bytes) => {
      if (said === '') socket.write('thanks');
      said += bytes.toString();
      if (!said.includes('thanks')) return;
      settled = true;
      resolve();
      socket.end();
    });
    socket.on('error', ended);
    socket.on('close', () => ended(new Error(`closed after ${JSON.stringify(said)}`)));
  },
  http2({ resolve, reject }) {
    if (session === undefined || session.closed || session.destroyed) {
      session = connectHttp2(`http://${host}:${PORTS.http2}`);
      session.on('error', () => {});
    }
    const stream = session.request({ ':path': '/' });
    stream.on('response', ({ ':status': status }) => {
      if (status !== 200) reject(new Error(`status ${status}`));
    });
    stream.resume();
    stream.on('error', reject);
    stream.on('end', resolve);
  },
  grpc({ resolve, reject }) {
    const { path, requestSerialize, responseDeserialize } = HELLO;
    grpc.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), (error) =>
      error === null ? resolve() : reject(error),
    );
  },
};

type Count = { requests: number; readonly failures: string[]; failed: number; closed?: number };

const ENOUGH = 100;
/** Of one kind. A machine that is too slow for the rate gets as many as it can answer: Envoy gives a connection a second. */
const MOST_OPEN = 8;
const counts = new Map<Kind, Count>();
const stopped = new AbortController();
process.on('SIGTERM', () => stopped.abort());
process.stdout.write('ready\n');

async function one(protocol: Kind, count: Count): Promise<void> {
  count.requests += 1;
  if (count.requests === ENOUGH + 1 && [...counts.values()].every(({ requests }) => requests > ENOUGH))
    process.stdout.write('enough\n');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS} ms`)), LIMIT_MS);
  try {
    ASK[protocol]({ resolve, reject });
    await promise;
  } catch (error) {
    count.failed += 1;
    if (count.failures.length < 10) count.failures.push(`${new Date().toISOString()} ${String(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

async function run(protocol: Kind): Promise<void> {
  const count: Count = { requests: 0, failures: [], failed: 0 };
  counts.set(protocol, count);
  const open = new Set<Promise<void>>();
  while (!stopped.signal.aborted) {
    if (open.size >= MOST_OPEN) await Promise.race(open);
    const asked = one(protocol, count).finally(() => open.delete(asked));
    open.add(asked);
    await sleep(Number(every));
  }
  await Promise.all(open);
}

const all = Object.keys(ASK) as Kind[];
await Promise.all(all.filter((kind) => kinds.length === 0 || kinds.includes(kind)).map(run));
for (const kind of ['tcp', 'tcp, kept'] as const) {
  const count = counts.get(kind);
  if (count !== undefined) count.closed = cut[kind];
}
process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}\n`, () => process.exit());
