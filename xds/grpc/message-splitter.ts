import { CallError } from './call-error.ts';
import { whileGathered } from './gathered.ts';
import { status } from './status.ts';

/** Takes the bytes of a call as they come, and hands out its messages. Between messages it holds nothing. */
export type MessageSplitter = {
  /**
   * The next bytes. Each message that they complete is handed out, and stands where it is until `take` returns. Throws a
   * CallError on a message that is too long, or compressed.
   */
  push(chunk: Buffer): void;
  /** Whether a message has begun that is not whole. */
  isAmid(): boolean;
};

/** A byte that says whether the message is compressed, and its length in four ("gRPC over HTTP2", Length-Prefixed-Message). */
export const PREFIX_BYTES = 5;

/** Messages of up to so many bytes. */
export function splitMessages(
  mostBytes: number,
  encoding: string,
  take: (message: Buffer) => void,
): MessageSplitter {
  let parts: Buffer[] = [];
  let held = 0;

  /** Hands out what is whole, and answers what is left. */
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
      // What is not whole yet is not put together for each chunk anew.
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
    // Not INTERNAL, as gRPC's text on compression has it: that is for what this server does wrong.
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
