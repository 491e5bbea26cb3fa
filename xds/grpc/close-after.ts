import { constants, type ServerHttp2Stream } from 'node:http2';

/** How long a client may leave its side of an ended call open, in milliseconds. */
const LIMIT_MS = 5000;

/**
 * Resets a stream whose client does not close its side after the end of the call (RFC 9113, 8.1). Not at once: a reset loses
 * trailers that are not flushed.
 */
export function closeAfterEnd(stream: ServerHttp2Stream): void {
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), LIMIT_MS).unref();
  stream.once('close', () => clearTimeout(timer));
}
