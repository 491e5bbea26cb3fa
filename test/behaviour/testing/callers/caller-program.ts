// Sends requests from the host that it runs on. It receives them on a Unix socket (its argument): one Ask per HTTP request.
import { createServer } from 'node:http';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { connect } from 'node:net';
import { connect as connectHttp2 } from 'node:http2';
import { request } from '../../../lab/clients/http.ts';
import { LIMIT_MS, type Ask, type Kind, type Outcome } from './caller.ts';
import { askBurst } from './caller-burst.ts';
import { askRaw } from './caller-raw.ts';
import { askWebSocket, askWebSocketStream } from './caller-web-socket.ts';
import { echoMethod } from '../../../lab/clients/grpc-methods.ts';

createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const begin = performance.now();
    void asked(JSON.parse(Buffer.concat(chunks).toString()) as Ask)
      .catch((error: Error) => ({ error: codeOf(error) }))
      .then((outcome) => response.end(JSON.stringify({ ...outcome, tookMs: performance.now() - begin })));
  });
}).listen(process.argv[2], () => process.stdout.write('ready\n'));

function codeOf(error: Error): string {
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return code ?? error.message;
}

function asked(ask: Ask): Promise<Omit<Outcome, 'tookMs'>> {
  switch (ask.kind) {
    case 'http':
      return askHttp(ask);
    case 'http2':
      return askHttp2(ask);
    case 'grpc':
      return askGrpc(ask);
    case 'tcp':
      return askTcp(ask);
    case 'webSocket':
      return ask.version === 2 ? askWebSocketStream(ask) : askWebSocket(ask);
    case 'raw':
      return askRaw(ask);
    case 'burst':
      return askBurst(ask);
  }
}

async function askHttp({
  url,
  method = 'GET',
  headers = {},
  limitMs = LIMIT_MS,
}: Kind<'http'>): Promise<Partial<Outcome>> {
  const answer = await request(url, { method, headers, limitMs });
  return { status: answer.status, body: answer.body, headers: answer.headers };
}

function askHttp2({ url, method = 'GET', headers = {} }: Kind<'http2'>): Promise<Partial<Outcome>> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const session = connectHttp2(origin);
    const stream = session.request({ ':path': pathname + search, ':method': method, ...headers });
    let status = 0;
    let body = '';
    session.on('error', reject);
    stream.on('response', (got) => (status = got[':status'] ?? 0));
    stream.on('data', (bytes: Buffer) => (body += bytes.toString()));
    stream.on('error', reject);
    stream.on('close', () => {
      session.close();
      resolve({ status, body });
    });
  });
}

function askGrpc({
  address,
  authority,
  path,
  metadata = {},
  limitMs = LIMIT_MS,
}: Kind<'grpc'>): Promise<Partial<Outcome>> {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.default_authority': authority,
    // The server counts Envoy's retries, so the client must not retry.
    'grpc.enable_retries': 0,
  });
  const { requestSerialize, responseDeserialize } = echoMethod(path);
  const sent = new Metadata();
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + limitMs };
    const settle = (error: ServiceError | null, bytes?: Buffer): void => {
      client.close();
      resolve({ status: error?.code ?? 0, body: (bytes ?? error?.details ?? '').toString() });
    };
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      Buffer.alloc(0),
      sent,
      options,
      settle,
    );
  });
}

/** Reads what the server sends until it closes, or until `expect` has arrived; sends `say` after the first bytes. */
function askTcp({
  host,
  port,
  say,
  afterMs = 0,
  expect,
  holdMs = 0,
  limitMs = LIMIT_MS,
}: Kind<'tcp'>): Promise<Partial<Outcome>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let body = '';
    socket.setTimeout(limitMs, () => socket.destroy(new Error('no end')));
    socket.on('data', (bytes) => {
      if (body === '' && say !== undefined) setTimeout(() => socket.write(say), afterMs);
      body += bytes.toString();
      if (expect !== undefined && body.includes(expect)) setTimeout(() => socket.destroy(), holdMs);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ body }));
  });
}
