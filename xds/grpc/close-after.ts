import { constants, type ServerHttp2Stream } from 'node:http2';

/** How long a client may leave a call open that has ended, in milliseconds. */
const LIMIT_MS = 5000;

/**
 * A client whose call has ended closes its side too. One that does not is made to (RFC 9113, 8.1), but not at once: what is
 * reset loses the trailers that have not left.
 */
export function closeAfterEnd(stream: ServerHttp2Stream): void {
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), LIMIT_MS).unref();
  stream.once('close', () => clearTimeout(timer));
}
