/** What longer is put together in a place of its own: a megabyte is kept for the rest. */
const MOST_KEPT = 1 << 20;

let place = Buffer.alloc(0);
let isTaken = false;

/**
 * Puts pieces together for as long as `use` runs. All of a process are put together in one place, one after the other: a node
 * message comes in pieces from every proxy that connects, and a buffer of 60 kB each would be garbage a moment later.
 */
export function whileGathered<T>(pieces: readonly Buffer[], use: (whole: Buffer) => T): T {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (isTaken || length > MOST_KEPT) return use(Buffer.concat(pieces));
  if (place.length < length) place = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
  isTaken = true;
  try {
    let at = 0;
    for (const piece of pieces) at += piece.copy(place, at);
    return use(place.subarray(0, length));
  } finally {
    isTaken = false;
  }
}
