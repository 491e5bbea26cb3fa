/** Size limit of the shared buffer, 1 MiB. Longer content gets a buffer of its own. */
const MOST_KEPT = 1 << 20;

/** Pieces that are kept as they are. A node message of 60 kB comes in four to twenty. */
const UNJOINED = 64;

let place = Buffer.alloc(0);
let isTaken = false;

/**
 * Joins pieces into one buffer that is valid while `use` runs. All calls of the process share one buffer, one after the other: each
 * proxy that connects sends its node message of 60 kB in pieces, and a new buffer for each would be garbage a moment later.
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

/**
 * Adds a piece to a list of pieces. A long list is joined pair by pair, so that it has a hundred pieces at most: a client may send a
 * message byte by byte, and the object of each piece takes a hundred bytes.
 */
export function addPiece(pieces: Buffer[], piece: Buffer): void {
  let last = piece;
  let before = pieces.at(-1);
  while (pieces.length >= UNJOINED && before !== undefined && before.length < 2 * last.length) {
    pieces.pop();
    last = Buffer.concat([before, last]);
    before = pieces.at(-1);
  }
  pieces.push(last);
}
