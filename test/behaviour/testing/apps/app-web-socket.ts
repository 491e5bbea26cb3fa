import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x81;

/** Accepts a WebSocket (RFC 6455) and sends each short text back, prefixed with `echo `. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex): void {
  const accept = acceptance(request.headers['sec-websocket-key']);
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: upgrade',
    `sec-websocket-accept: ${accept}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  echo(socket);
}

/** Does the same as `acceptWebSocket`, as a stream of HTTP/2 (RFC 8441). Also works for an HTTP/1.1 caller behind a proxy, which checks the key. */
export function acceptWebSocketStream(key: string | undefined, stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'sec-websocket-accept': acceptance(key) });
  echo(stream);
}

function acceptance(key = ''): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64');
}

function echo(socket: Duplex): void {
  socket.on('error', () => {});
  socket.on('data', (frame: Buffer) => {
    if (frame[0] !== TEXT) return void socket.end();
    const answer = Buffer.concat([Buffer.from('echo '), unmasked(frame)]);
    return void socket.write(Buffer.concat([Buffer.from([TEXT, answer.length]), answer]));
  });
}

/** Decodes the text of a client's frame of at most 125 bytes: two bytes, four of the mask, the masked text. */
function unmasked(frame: Buffer): Buffer {
  const mask = frame.subarray(2, 6);
  return Buffer.from(frame.subarray(6).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}
