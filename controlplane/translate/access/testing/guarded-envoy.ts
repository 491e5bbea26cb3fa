import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Arrival } from '../../../mesh/access/decide.ts';
import type { NodeAccess } from '../../../mesh/access/node-access.ts';
import { startStaticEnvoy } from '../../testing/static-envoy.ts';
import { guardedConfig, PLACES } from './guarded-config.ts';
import type { Pair } from './test-certificates.ts';

/** A real Envoy with the filters of several accesses. */
export type GuardedEnvoy = {
  /** Sends a request, or opens a connection, to the listener of an access. */
  ask(index: number, arrival: Arrival): Promise<'admitted' | 'refused'>;
  /**
   * Sends the head of a request, without its last line, in plain text to the first HTTP listener of an access. Returns the status, 0 if the
   * connection is closed without one.
   */
  sendRaw(index: number, head: string): Promise<number>;
  /** The page of Envoy's admin interface. */
  admin(path: string): Promise<string>;
  close(): Promise<void>;
};

const FIRST_PORT = 20_000;

/** Inputs: the accesses, an address of its own, and the certificates of all callers, whose first one is the server's too. */
export type GuardedOptions = {
  readonly accesses: readonly (NodeAccess | undefined)[];
  readonly address: string;
  readonly certificates: { readonly root: string; readonly of: ReadonlyMap<string, Pair> };
};

/** Starts the Envoy. @throws Error with its log if it is not ready in time */
export async function startGuardedEnvoy(binary: string, options: GuardedOptions): Promise<GuardedEnvoy> {
  const { accesses, address, certificates } = options;
  const folder = await mkdtemp(join(tmpdir(), 'guarded-envoy-'));
  const application = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end('ok'));
  });
  application.listen(join(folder, 'application'));
  await once(application, 'listening');
  const [server] = certificates.of.values();
  if (server === undefined) throw new Error('there is no certificate for the server');
  const config = guardedConfig(accesses, {
    address,
    firstPort: FIRST_PORT,
    application: join(folder, 'application'),
    server,
    root: certificates.root,
  });
  const envoy = await startStaticEnvoy(binary, folder, config);
  return {
    ask(index, arrival) {
      const place = PLACES.findIndex(
        ({ port, isHttp, chain }) =>
          port === arrival.port && chain === arrival.chain && isHttp === (arrival.request !== undefined),
      );
      const port = FIRST_PORT + index * PLACES.length + place;
      const pair = certificates.of.get(arrival.id ?? '');
      const to = { host: address, port, localAddress: arrival.address, ...(pair && tlsOf(pair)) };
      return arrival.request === undefined ? connection(to) : request(to, arrival.request);
    },
    sendRaw(index, head) {
      const place = PLACES.findIndex(({ isHttp, chain }) => isHttp && chain === 'plain');
      return statusOf(address, FIRST_PORT + index * PLACES.length + place, head);
    },
    admin: envoy.admin,
    async close() {
      await envoy.close();
      application.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Target = { host: string; port: number; localAddress: string; cert?: string; key?: string };

/** The tests are about callers; the certificate of the server has no name of a host. */
function tlsOf({ chain, key }: Pair): Pick<Target, 'cert' | 'key'> & { rejectUnauthorized: false } {
  return { cert: chain, key, rejectUnauthorized: false };
}

function request(
  to: Target,
  { method, path }: NonNullable<Arrival['request']>,
): Promise<'admitted' | 'refused'> {
  // Node sends no such path and no such method by HTTP/1.1.
  if (/[^!-~]/.test(path) || /[a-z]/.test(method)) return requestOverHttp2(to, { method, path });
  return new Promise((resolve, reject) => {
    const send = to.cert === undefined ? httpRequest : httpsRequest;
    send({ ...to, method, path, agent: false }, (answer) => {
      answer.resume();
      if (answer.statusCode === 200) resolve('admitted');
      else if (answer.statusCode === 403) resolve('refused');
      else reject(new Error(`${method} ${path} is answered with ${answer.statusCode}`));
    })
      .on('error', reject)
      .end();
  });
}

/** Only to a listener in plain text. `path` may have any byte, as a character below 256. */
async function requestOverHttp2(
  { host, port, localAddress }: Target,
  { method, path }: NonNullable<Arrival['request']>,
): Promise<'admitted' | 'refused'> {
  const session = connectHttp2(`http://${host}:${port}`, {
    createConnection: () => connect({ host, port, localAddress }),
  });
  try {
    const stream = session.request({ ':method': method, ':path': path });
    const [answer] = (await once(stream, 'response')) as [{ ':status'?: number }];
    stream.resume();
    const { ':status': status = 0 } = answer;
    if (status !== 200 && status !== 403) throw new Error(`${method} ${path} is answered with ${status}`);
    return status === 200 ? 'admitted' : 'refused';
  } finally {
    session.destroy();
  }
}

async function connection(to: Target): Promise<'admitted' | 'refused'> {
  const socket: Socket = to.cert === undefined ? connect(to) : connectTls(to);
  let got = '';
  socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write('hello');
  await once(socket, 'close');
  return got === 'ok' ? 'admitted' : 'refused';
}

async function statusOf(host: string, port: number, head: string): Promise<number> {
  const socket = connect({ host, port });
  socket.on('error', () => undefined);
  socket.write(`${head}\r\n`);
  let got = '';
  for await (const chunk of socket) {
    got += String(chunk);
    if (/^HTTP\/1\.\d \d{3} /.test(got)) break;
  }
  socket.destroy();
  return Number(/^HTTP\/1\.\d (\d{3}) /.exec(got)?.[1] ?? 0);
}
