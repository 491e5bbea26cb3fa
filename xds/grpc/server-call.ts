import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { CallError } from './call-error.ts';
import { closeAfterEnd } from './close-after.ts';
import type { Connection } from './connection.ts';
import { PREFIX_BYTES, splitMessages, type MessageSplitter } from './message-splitter.ts';
import { status, statusFields, type CallEnd, type Status } from './status.ts';

/** What a method hears of one of its calls. */
export type CallReader = {
  /** A message, which stands where it is until this returns. Throw a CallError to end the call. */
  message(bytes: Buffer): void;
  /** The client has nothing more to say. */
  halfClose(): void;
};

/** A message that waits for those before it to leave. */
type Waiting = { readonly encode: () => Uint8Array; readonly left: () => void; readonly moved: () => void };

/** How much of a message is handed to HTTP/2 at once, in bytes: a frame. A slow reader then shows that it reads. */
const PIECE = 16 * 1024;

/** `over` is a call with a status that has left or is on its way, or whose client is gone. */
type State = 'open' | 'over';

const RESPONSE_HEADERS = {
  [constants.HTTP2_HEADER_STATUS]: 200,
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  'grpc-accept-encoding': 'identity',
};

/** One call of a client, seen from the server. */
export class ServerCall {
  /** What was called, e.g. `/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources`. */
  readonly path: string;
  /** What it came with, by names in small letters. */
  readonly headers: IncomingHttpHeaders;
  readonly connection: Connection;
  readonly #stream: ServerHttp2Stream;
  readonly #listeners: ((end: CallEnd | undefined) => void)[] = [];
  readonly #waiting: Waiting[] = [];
  #isWriting = false;
  #state: State = 'open';

  /** Takes over an HTTP/2 stream. */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Connection) {
    this.#stream = stream;
    this.path = headers[':path'] ?? '';
    this.headers = headers;
    this.connection = connection;
    stream.once('close', () => this.#leave(undefined));
    // Each is followed by 'close'.
    stream.on('error', () => undefined);
  }

  /** Whom the client asked for: a host, perhaps with a port. */
  get authority(): string {
    return this.headers[':authority'] ?? this.headers.host ?? '';
  }

  /** Calls `listener` once when the call is over: with its end, or with undefined when the client is gone before it. */
  whenOver(listener: (end: CallEnd | undefined) => void): void {
    this.#listeners.push(listener);
  }

  /** Starts to read. Until then nothing of the call is taken from the connection. Messages of up to `mostBytes`. */
  read(reader: CallReader, mostBytes: number): void {
    const encoding = String(this.headers['grpc-encoding'] ?? 'identity');
    const splitter = splitMessages(mostBytes, encoding, (bytes) => {
      if (this.#state === 'open') reader.message(bytes);
    });
    this.#stream.on('data', (chunk: Buffer) => this.#receive(splitter, chunk));
    this.#stream.on('end', () => this.#finish(splitter, reader));
  }

  /** Takes no more from the connection for now. What was taken before may still come. */
  pause(): void {
    this.#stream.pause();
  }

  /** Goes on reading. */
  resume(): void {
    this.#stream.resume();
  }

  /** Tells the client that its call was taken, before there is something to say. */
  sendHeaders(): void {
    if (this.#isGone() || this.#stream.headersSent) return;
    this.#stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  }

  /**
   * Sends a message once those before it have left: not before that is it encoded, so that what waits for a slow reader
   * takes no room. `left` is called when it is on its way, and never if it does not get that far; `moved` when a part of it is, and
   * there is more.
   */
  write(encode: () => Uint8Array, left: () => void, moved: () => void = () => undefined): void {
    if (this.#state === 'over') return;
    this.sendHeaders();
    if (this.#isWriting) this.#waiting.push({ encode, left, moved });
    else this.#put({ encode, left, moved });
  }

  /** Ends the call with a status, once what was written before has left. */
  end(code: Status, details = ''): void {
    if (this.#state === 'over') return;
    const end = { code, details };
    this.#leave(end);
    if (this.#isGone()) return;
    const stream = this.#stream;
    // The client may go on talking: nobody listens, but its window has to move until the stream is closed.
    stream.resume();
    if (!stream.headersSent) {
      stream.respond({ ...RESPONSE_HEADERS, ...statusFields(end) }, { endStream: true });
      closeAfterEnd(stream);
      return;
    }
    stream.once('wantTrailers', () => {
      stream.sendTrailers(statusFields(end));
      closeAfterEnd(stream);
    });
    if (!this.#isWriting) stream.end();
  }

  /** Ends the call for what was thrown while it was served. */
  fail(error: unknown): void {
    const { code, message } = CallError.from(error);
    this.end(code, message);
  }

  /** Ends the call at once; what was written and has not left is lost. */
  reset(): void {
    this.#leave(undefined);
    if (!this.#isGone()) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #put({ encode, left, moved }: Waiting): void {
    if (this.#isGone()) return;
    const message = this.#framed(encode);
    if (message === undefined) return;
    this.#isWriting = true;
    this.connection.writes.begin();
    this.#putPieces(message, 0, left, moved);
  }

  #putPieces(message: Buffer, start: number, left: () => void, moved: () => void): void {
    const end = start + PIECE;
    this.#stream.write(message.subarray(start, end), (error) => {
      const isSent = error === null || error === undefined;
      if (isSent && end < message.length && !this.#isGone()) {
        moved();
        return this.#putPieces(message, end, left, moved);
      }
      this.#isWriting = false;
      this.connection.writes.end();
      const next = this.#waiting.shift();
      if (next !== undefined) this.#put(next);
      else if (this.#state === 'over' && !this.#isGone()) this.#stream.end();
      if (isSent) left();
    });
  }

  /** A message that cannot be encoded ends its call, and nothing else. */
  #framed(encode: () => Uint8Array): Buffer | undefined {
    try {
      return framed(encode());
    } catch (error) {
      this.fail(error);
      this.#stream.end();
      return undefined;
    }
  }

  #receive(splitter: MessageSplitter, chunk: Buffer): void {
    if (this.#state === 'over') return;
    try {
      splitter.push(chunk);
    } catch (error) {
      this.fail(error);
    }
  }

  #finish(splitter: MessageSplitter, reader: CallReader): void {
    if (this.#state === 'over') return;
    if (splitter.isAmid()) return this.end(status.INVALID_ARGUMENT, 'the call ended amid a message');
    try {
      reader.halfClose();
    } catch (error) {
      this.fail(error);
    }
  }

  #leave(end: CallEnd | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const listener of this.#listeners) listener(end);
  }

  #isGone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }
}

function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  bytes.writeUInt8(0, 0);
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}
