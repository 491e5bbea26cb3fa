import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { CallError } from './call-error.ts';
import { closeAfterEnd } from './close-after.ts';
import type { Connection } from './connection.ts';
import { MessageSplitter, PREFIX_BYTES, type MessageDecoder } from './message-splitter.ts';
import { status, statusFields, type CallEnd, type Status } from './status.ts';

/** Callbacks of a method for one call. */
export type CallReader = {
  /** A message. Its bytes are valid until this returns. Throw a CallError to end the call. */
  message(bytes: Buffer): void;
  /** The client has sent its last message. */
  halfClose(): void;
  /** The longest message of this method, in bytes. Default: the server's limit. */
  readonly mostMessageBytes?: number;
};

/** Receives the progress of a message. One object for all messages of a call, because closures for each would take memory. */
export type WriteProgress = {
  /** The message is flushed; never called if it is not. */
  left(): void;
  /** A part of the message is flushed, and more follows. */
  moved?(): void;
};

const UNWATCHED: WriteProgress = { left: () => undefined };

/** A message that waits until the ones before it are flushed. */
type Waiting = { readonly encode: () => Uint8Array; readonly progress: WriteProgress };

/** The longest message whose frame is kept for the next call, in bytes. */
const MOST_KEPT = 1024 * 1024;

/** How much of a message is written to HTTP/2 at once, in bytes: one frame. The server then sees that a slow reader makes progress. */
const PIECE = 16 * 1024;

/** `over`: the status was sent or is queued, or the client is gone. */
type State = 'open' | 'over';

const RESPONSE_HEADERS = {
  [constants.HTTP2_HEADER_STATUS]: 200,
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  'grpc-accept-encoding': 'identity',
};

/** The server's side of one call. */
export class ServerCall {
  /** The path of the method, e.g. `/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources`. */
  readonly path: string;
  readonly connection: Connection;
  readonly #stream: ServerHttp2Stream;
  #headers: IncomingHttpHeaders;
  #listeners: readonly ((end: CallEnd | undefined) => void)[] = [];
  #waiting: Waiting[] | undefined;
  #isWriting = false;
  #state: State = 'open';

  /** Takes over an HTTP/2 stream. */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Connection) {
    this.#stream = stream;
    this.path = headers[':path'] ?? '';
    this.#headers = headers;
    this.connection = connection;
    stream.on('close', () => this.#leave(undefined));
    stream.on('error', ignored);
  }

  /** Request headers, by lower-case name. Empty once the call is read: they take half a kilobyte of each call. */
  get headers(): IncomingHttpHeaders {
    return this.#headers;
  }

  /** The host that the client called, with or without a port. Empty once the call is read. */
  get authority(): string {
    return this.headers[':authority'] ?? this.headers.host ?? '';
  }

  /** Calls `listener` once when the call is over: with its end, or with undefined if the client left before that. */
  whenOver(listener: (end: CallEnd | undefined) => void): void {
    // Not `push`, which reserves space for sixteen more.
    this.#listeners = [...this.#listeners, listener];
  }

  /**
   * Starts reading messages of up to `mostBytes`. Until then no bytes of the call are read from the connection. `decoders` decode
   * compressed messages, by the name of their encoding.
   */
  read(reader: CallReader, mostBytes: number, decoders: Readonly<Record<string, MessageDecoder>> = {}): void {
    const encoding = String(this.headers['grpc-encoding'] ?? 'identity');
    this.#headers = NO_HEADERS;
    const take = (bytes: Buffer): void => {
      if (this.#state === 'open') reader.message(bytes);
    };
    const splitter = new MessageSplitter(mostBytes, encoding, take, decoders[encoding]);
    this.#stream.on('data', (chunk: Buffer) => this.#receive(splitter, chunk));
    this.#stream.on('end', () => this.#finish(splitter, reader));
  }

  /** Stops reading from the connection. Messages that were read before may still be delivered. */
  pause(): void {
    this.#stream.pause();
  }

  /** Continues reading. */
  resume(): void {
    this.#stream.resume();
  }

  /** Tells the client that its call was accepted, before there is a message. */
  sendHeaders(): void {
    if (this.#isGone() || this.#stream.headersSent) return;
    this.#stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  }

  /**
   * Sends a message once the ones before it are flushed. `encode` is called only then, so that messages that wait for a slow reader
   * take no memory. If `encode` returns the same object as before, the object must have the same bytes as before.
   */
  write(encode: () => Uint8Array, progress: WriteProgress = UNWATCHED): void {
    if (this.#state === 'over') return;
    this.sendHeaders();
    const message = { encode, progress };
    if (this.#isWriting) (this.#waiting ??= []).push(message);
    else this.#put(message);
  }

  /** Ends the call with a status, once all earlier messages are flushed. `retryAfterMs`: when the client may try again, in milliseconds. */
  end(code: Status, details = '', retryAfterMs?: number): void {
    if (this.#state === 'over') return;
    const end = { code, details, retryAfterMs };
    this.#leave(end);
    if (this.#isGone()) return;
    const stream = this.#stream;
    // The client may go on sending. Its messages are ignored, but its flow-control window has to move until the stream is closed.
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

  /** Ends the call with an error that was thrown while it was served. */
  fail(error: unknown): void {
    const { code, message, retryAfterMs } = CallError.from(error);
    this.end(code, message, retryAfterMs);
  }

  /** Ends the call at once; messages that are not flushed are lost. */
  reset(): void {
    this.#leave(undefined);
    if (!this.#isGone()) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #put({ encode, progress }: Waiting): void {
    if (this.#isGone()) return;
    const message = this.#framed(encode);
    if (message === undefined) return;
    this.#isWriting = true;
    this.connection.beginWrite();
    this.#putPieces(message, 0, progress);
  }

  #putPieces(message: Buffer, start: number, progress: WriteProgress): void {
    const end = start + PIECE;
    this.#stream.write(message.subarray(start, end), (error) => {
      const isSent = error === null || error === undefined;
      if (isSent && end < message.length && !this.#isGone()) {
        progress.moved?.();
        return this.#putPieces(message, end, progress);
      }
      this.#isWriting = false;
      this.connection.endWrite();
      const next = this.#waiting?.shift();
      if (next !== undefined) this.#put(next);
      else if (this.#state === 'over' && !this.#isGone()) this.#stream.end();
      if (isSent) progress.left();
    });
  }

  /** Encodes a message. If that fails, only its call ends. */
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

const NO_HEADERS: IncomingHttpHeaders = {};

/** 'close' follows each error. */
function ignored(): void {}

/** The last message and its frame: the streams of one virtual node are sent the same, one after the other. */
let last: { readonly message: Uint8Array; readonly frame: Buffer } | undefined;

/** A frame may be in several calls' queues: nothing changes it. */
function framed(message: Uint8Array): Buffer {
  if (last?.message === message) return last.frame;
  const frame = newFrame(message);
  last = message.length <= MOST_KEPT ? { message, frame } : undefined;
  return frame;
}

function newFrame(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  bytes.writeUInt8(0, 0);
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}
