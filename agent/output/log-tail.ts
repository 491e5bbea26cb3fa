/** The newest part of a log, in memory. */
export type LogTail = {
  readonly add: (text: string | Buffer) => void;
  /** Returns the kept text, which begins with a whole line. */
  readonly text: () => string;
};

/** Bound in bytes. */
const MOST_BYTES = 128 * 1024;

/** Creates an empty tail of at most `most` bytes, by default 128 KiB, or one chunk if that is larger. */
export function createLogTail(most: number = MOST_BYTES): LogTail {
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    add(text) {
      const chunk = Buffer.from(text);
      chunks.push(chunk);
      size += chunk.length;
      if (size <= 2 * most) return;
      // Cut only now and then, so that a line costs no copy of the tail.
      chunks = [lastLines(Buffer.concat(chunks), most)];
      size = chunks[0]?.length ?? 0;
    },
    text: () => lastLines(Buffer.concat(chunks), most).toString(),
  };
}

/** Returns the last whole lines, at most `most` bytes. */
function lastLines(text: Buffer, most: number): Buffer {
  if (text.length <= most) return text;
  const start = text.length - most;
  return text.subarray(text.indexOf('\n', start - 1) + 1);
}
