import { errorText } from '../../common/error-text.ts';
import { CallError } from './call-error.ts';
import { whileGathered } from './gathered.ts';
import { status } from './status.ts';

/** Splits the bytes of a call into messages. Holds no memory between messages. */
export type MessageSplitter = {
  /**
   * Adds the next bytes, and passes each message that they complete to `take`. A message is valid until `take` returns. Throws a
   * CallError on a message that is too long, or compressed.
   */
  push(chunk: Buffer): void;
  /** Whether a message is incomplete. */
  isAmid(): boolean;
};

/** Decodes a compressed message of at most `mostBytes` decoded bytes. Throws if it is longer or no message of its encoding. */
export type MessageDecoder = (message: Buffer, mostBytes: number) => Buffer;

/** One byte for the compression flag, four for the length ("gRPC over HTTP2", Length-Prefixed-Message). */
export const PREFIX_BYTES = 5;

/** Creates a splitter for messages of up to `mostBytes` bytes. Without a decoder, a compressed message is an error. */
export function splitMessages(
  mostBytes: number,
  encoding: string,
  take: (message: Buffer) => void,
  decode?: MessageDecoder,
): MessageSplitter {
  let parts: Buffer[] = [];
  let held = 0;

  /** Passes on complete messages, and returns the rest. */
  function split(bytes: Buffer): Buffer {
    let rest = bytes;
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + lengthIn(rest);
      if (rest.length < end) return rest;
      const message = rest.subarray(PREFIX_BYTES, end);
      take(rest.readUInt8(0) === 1 && decode !== undefined ? decoded(message, mostBytes, decode) : message);
      rest = rest.subarray(end);
    }
    return rest;
  }

  function lengthIn(prefix: Buffer): number {
    if (prefix.readUInt8(0) !== 1 || decode === undefined) requirePlain(prefix.readUInt8(0), encoding);
    const length = prefix.readUInt32BE(1);
    if (length <= mostBytes) return length;
    throw new CallError(
      status.RESOURCE_EXHAUSTED,
      `a message of ${length} bytes: at most ${mostBytes} are read`,
    );
  }

  return {
    push(chunk) {
      const first = parts[0];
      held += chunk.length;
      // Join the chunks of an incomplete message once, not per chunk.
      if (first !== undefined && first.length >= PREFIX_BYTES && held < PREFIX_BYTES + lengthIn(first)) {
        parts.push(chunk);
        return;
      }
      const rest =
        first === undefined
          ? split(chunk)
          : whileGathered([...parts, chunk], (bytes) => Buffer.from(split(bytes)));
      held = rest.length;
      parts = held === 0 ? [] : [rest];
    },
    isAmid: () => held > 0,
  };
}

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
