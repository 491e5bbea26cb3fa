import { errorText } from '../../common/error-text.ts';
import { CallError } from './call-error.ts';
import { addPiece, whileGathered } from './gathered.ts';
import { status } from './status.ts';

/** Decodes a compressed message of at most `mostBytes` decoded bytes. Throws if it is longer or no message of its encoding. */
export type MessageDecoder = (message: Buffer, mostBytes: number) => Buffer;

/** One byte for the compression flag, four for the length ("gRPC over HTTP2", Length-Prefixed-Message). */
export const PREFIX_BYTES = 5;

/** Splits the bytes of a call into messages of up to `mostBytes` bytes. Holds no memory between messages. */
export class MessageSplitter {
  readonly #mostBytes: number;
  readonly #encoding: string;
  readonly #take: (message: Buffer) => void;
  readonly #decode: MessageDecoder | undefined;
  #parts: Buffer[] = NO_PARTS;
  #held = 0;

  /** `take` is called with each message, which is valid until it returns. Without `decode`, a compressed message is an error. */
  constructor(mostBytes: number, encoding: string, take: (message: Buffer) => void, decode?: MessageDecoder) {
    this.#mostBytes = mostBytes;
    this.#encoding = encoding;
    this.#take = take;
    this.#decode = decode;
  }

  /** Adds the next bytes, and passes on each message that they complete. Throws a CallError on a message that is too long, or compressed. */
  push(chunk: Buffer): void {
    const first = this.#parts[0];
    this.#held += chunk.length;
    // Join the chunks of an incomplete message once, not per chunk.
    const isAmid = first !== undefined && first.length >= PREFIX_BYTES;
    if (isAmid && this.#held < PREFIX_BYTES + this.#lengthIn(first)) {
      return addPiece(this.#parts, chunk);
    }
    const rest =
      first === undefined
        ? this.#split(chunk)
        : whileGathered([...this.#parts, chunk], (bytes) => Buffer.from(this.#split(bytes)));
    this.#held = rest.length;
    this.#parts = rest.length === 0 ? NO_PARTS : [rest];
  }

  /** Whether a message is incomplete. */
  isAmid(): boolean {
    return this.#held > 0;
  }

  /** Passes on complete messages, and returns the rest. */
  #split(bytes: Buffer): Buffer {
    let rest = bytes;
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + this.#lengthIn(rest);
      if (rest.length < end) return rest;
      const message = rest.subarray(PREFIX_BYTES, end);
      const decode = rest.readUInt8(0) === 1 ? this.#decode : undefined;
      this.#take(decode === undefined ? message : decoded(message, this.#mostBytes, decode));
      rest = rest.subarray(end);
    }
    return rest;
  }

  #lengthIn(prefix: Buffer): number {
    const flag = prefix.readUInt8(0);
    if (flag !== 1 || this.#decode === undefined) requirePlain(flag, this.#encoding);
    const length = prefix.readUInt32BE(1);
    if (length <= this.#mostBytes) return length;
    throw new CallError(
      status.RESOURCE_EXHAUSTED,
      `a message of ${length} bytes: at most ${this.#mostBytes} are read`,
    );
  }
}

/** Shared by all calls between two messages; no part is added to it. */
const NO_PARTS: Buffer[] = [];

function decoded(message: Buffer, mostBytes: number, decode: MessageDecoder): Buffer {
  try {
    return decode(message, mostBytes);
  } catch (cause) {
    throw new CallError(status.INVALID_ARGUMENT, `a compressed message: ${errorText(cause)}`, { cause });
  }
}

function requirePlain(flag: number, encoding: string): void {
  if (flag === 0) return;
  if (flag > 1 || encoding === 'identity') {
    // Not INTERNAL, as gRPC's text on compression asks: that code is for this server's own faults.
    throw new CallError(
      status.INVALID_ARGUMENT,
      `a message with the flag ${flag}, in a call of ${encoding} encoding`,
    );
  }
  throw new CallError(
    status.UNIMPLEMENTED,
    `a message in ${encoding} encoding: this server reads identity alone`,
  );
}
