import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Protocol } from '../request.ts';
import { errorCode } from '../../../common/error-code.ts';

/** A request without a body, byte for byte. */
export type RawRequest = {
  readonly protocol: Protocol;
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly target: string;
  /** Headers as written, in this order, without Host. */
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** The final response; undefined: the connection was closed, or the stream reset, without a response. */
export type RawAnswer = { readonly status: number; readonly body: string } | undefined;

const LIMIT_MS = 60_000;

/** Sends a request on its own connection, without a library that would correct it. */
export async function askRaw(
  { address, port, tls }: { readonly address: string; readonly port: number; readonly tls: boolean },
  request: RawRequest,
): Promise<RawAnswer> {
  const at = { host: address, port };
  const socket: Socket = tls ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at);
  const limit = setTimeout(() => socket.destroy(new Error(`no answer in ${LIMIT_MS} ms`)), LIMIT_MS);
  try {
    await once(socket, tls ? 'secureConnect' : 'connect');
    const read = request.protocol === 'HTTP/2' ? readHttp2 : readHttp1;
    socket.write(request.protocol === 'HTTP/2' ? http2Bytes(request) : http1Bytes(request));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      const answer = read(received);
      if (answer !== 'more') return answer;
    }
    return undefined;
  } catch (error) {
    if (errorCode(error) === 'ECONNRESET') return undefined;
    throw error;
  } finally {
    clearTimeout(limit);
    socket.destroy();
  }
}

function http1Bytes({ method, authority, target, headers }: RawRequest): Buffer {
  const asked = method === 'CONNECT' ? authority : target;
  const lines = [['Host', authority], ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const chunked = headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  return Buffer.from(`${method} ${asked} HTTP/1.1\r\n${lines.join('')}\r\n${chunked ? '0\r\n\r\n' : ''}`);
}

function readHttp1(received: Buffer): RawAnswer | 'more' {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return 'more';
  const head = received.toString('latin1', 0, end);
  const rest = received.subarray(end + 4);
  const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  if (status === 100) return readHttp1(rest);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  if (rest.length < length) return 'more';
  return { status, body: rest.toString('utf8', 0, length) };
}

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const END_STREAM = 1;
const END_HEADERS = 4;

function http2Bytes({ method, scheme, authority, target, headers }: RawRequest): Buffer {
  const whole: readonly (readonly [string, string])[] = [
    [':scheme', scheme],
    [':path', target],
  ];
  const fields: readonly (readonly [string, string])[] = [
    [':method', method],
    ...(method === 'CONNECT' ? [] : whole),
    [':authority', authority],
    ...headers,
  ];
  const block = Buffer.concat(fields.map(([name, value]) => literal(name, value)));
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(SETTINGS, 0, 0, Buffer.alloc(0)),
    frame(HEADERS, END_STREAM | END_HEADERS, 1, block),
  ]);
}

/** Encodes a literal field without indexing and without Huffman coding (RFC 7541 §6.2.2). */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length >= 127) throw new Error('the texts here are short');
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function readHttp2(received: Buffer): RawAnswer | 'more' {
  let status = 0;
  let body = '';
  for (let at = 0; at + 9 <= received.length; ) {
    const end = at + 9 + received.readUIntBE(at, 3);
    if (end > received.length) return 'more';
    const [type, flags] = [received.readUInt8(at + 3), received.readUInt8(at + 4)];
    const payload = received.subarray(at + 9, end);
    at = end;
    if (type === RST_STREAM) return status === 0 ? undefined : { status, body };
    if (type === HEADERS) status = statusOf(payload);
    if (type === DATA) body += payload.toString();
    if ((type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0) return { status, body };
  }
  return 'more';
}

/** Statuses in HPACK's static table, by index. */
const INDEXED = new Map(
  [200, 204, 206, 304, 400, 404, 500].map((status, index) => [0x80 + 8 + index, status]),
);

/** Reads the status, the first field of a response: indexed, or literal with an indexed name. */
function statusOf(block: Buffer): number {
  const first = block.readUInt8(0);
  return INDEXED.get(first) ?? Number(block.toString('latin1', 2, 2 + (block.readUInt8(1) & 0x7f)));
}
