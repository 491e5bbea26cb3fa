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

/** One byte for the compression flag, four for the length ("gRPC over HTTP2", Length-Prefixed-Message). */
export const PREFIX_BYTES = 5;

/** Creates a splitter for messages of up to `mostBytes` bytes. */
export function splitMessages(
  mostBytes: number,
  encoding: string,
  take: (message: Buffer) => void,
): MessageSplitter {
  let parts: Buffer[] = [];
  let held = 0;

  /** Passes on complete messages, and returns the rest. */
  function split(bytes: Buffer): Buffer {
    let rest = bytes;
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + lengthIn(rest);
      if (rest.length < end) return rest;
      take(rest.subarray(PREFIX_BYTES, end));
      rest = rest.subarray(end);
    }
    return rest;
  }

  function lengthIn(prefix: Buffer): number {
    requirePlain(prefix.readUInt8(0), encoding);
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
