/** The end of a stream of text, up to a limit. */
export type Tail = {
  append(chunk: Buffer): void;
  /** The kept text. If the beginning is lost, the first line says so. */
  text(): string;
};

/** Creates a tail. `limit`: in bytes. Default: 1 MiB. */
export function createTail(limit = 1024 * 1024): Tail {
  const chunks: Buffer[] = [];
  let kept = 0;
  let lost = 0;
  return {
    append(chunk) {
      chunks.push(chunk);
      kept += chunk.length;
      while (kept > limit) {
        const [first = Buffer.alloc(0)] = chunks;
        const excess = Math.min(kept - limit, first.length);
        if (excess === first.length) chunks.shift();
        else chunks[0] = first.subarray(excess);
        kept -= excess;
        lost += excess;
      }
    },
    text: () =>
      (lost === 0 ? '' : `[${lost} bytes before this are lost]\n`) + Buffer.concat(chunks).toString(),
  };
}
