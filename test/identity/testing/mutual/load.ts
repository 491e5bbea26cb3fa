// Sends requests to a host (first argument) in every protocol, 50 a second each, until SIGTERM; then prints one line of JSON: per protocol the
// requests, and up to ten failures with their times. Each tcp request is a connection of its own; the others keep theirs.
import { Agent, get } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { HELLO, PORTS, type Protocol } from './ports.ts';

const LIMIT_MS = 20_000;
const EVERY_MS = 20;
const [host = ''] = process.argv.slice(2);

const agent = new Agent({ keepAlive: true });
const grpc = new Client(`dns:///${host}:${PORTS.grpc}`, credentials.createInsecure());
let session: ClientHttp2Session | undefined;

type Settle = { readonly resolve: () => void; readonly reject: (error: Error) => void };

const ASK: Readonly<Record<Protocol, (settle: Settle) => void>> = {
  http({ resolve, reject }) {
    get({ host, port: PORTS.http, agent }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      );
    }).on('error', reject);
  },
  tcp({ resolve, reject }) {
    const socket = connect(PORTS.tcp, host);
    let said = '';
    socket.on('data', (bytes) => {
      if (said === '') socket.write('thanks');
      said += bytes.toString();
      if (!said.includes('thanks')) return;
      resolve();
      socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(said)}`)));
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

type Count = { requests: number; readonly failures: string[]; failed: number };

const counts = new Map<Protocol, Count>();
const stopped = new AbortController();
process.on('SIGTERM', () => stopped.abort());

async function one(protocol: Protocol, count: Count): Promise<void> {
  count.requests += 1;
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

async function run(protocol: Protocol): Promise<void> {
  const count: Count = { requests: 0, failures: [], failed: 0 };
  counts.set(protocol, count);
  const open = new Set<Promise<void>>();
  while (!stopped.signal.aborted) {
    const asked = one(protocol, count).finally(() => open.delete(asked));
    open.add(asked);
    await sleep(EVERY_MS);
  }
  await Promise.all(open);
}

await Promise.all((Object.keys(PORTS) as Protocol[]).map(run));
process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}\n`, () => process.exit());
