/** Writes JSON text into one buffer, without a string or an object for each number. */
export type JsonBytes = {
  readonly text: (text: string) => void;
  /** A number with two digits behind the point at most; null if it is undefined or not finite. */
  readonly hundredths: (value: number | undefined) => void;
  /** How many bytes are written. */
  readonly length: () => number;
  /** Returns the text. Nothing may be written after that. */
  readonly finish: () => Buffer;
};

/** A number takes at most this many bytes. */
const LONGEST_NUMBER = 32;
const [ZERO, POINT, MINUS] = [0x30, 0x2e, 0x2d];
/** Hundredths below it are written digit by digit. */
const MOST_HUNDREDTHS = 2 ** 31;
/** Of a buffer with more unused bytes than this share, the text is copied. */
const MOST_UNUSED = 1 / 8;

/** Creates a writer for a text of about this many bytes. */
export function createJsonBytes(about: number): JsonBytes {
  let buffer = Buffer.allocUnsafeSlow(Math.max(about, LONGEST_NUMBER));
  let at = 0;

  function reserve(bytes: number): void {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(at + bytes, Math.ceil(buffer.length * 1.5)));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  }

  function text(value: string): void {
    // A character takes at most three bytes of UTF-8 a code unit.
    reserve(value.length * 3);
    at += buffer.write(value, at, 'utf8');
  }

  function integer(value: number): void {
    let unit = 1;
    while (unit * 10 <= value) unit *= 10;
    for (let rest = value; unit >= 1; unit = Math.trunc(unit / 10)) {
      buffer[at++] = ZERO + Math.trunc(rest / unit);
      rest %= unit;
    }
  }

  function hundredths(value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value)) return text('null');
    const all = Math.abs(Math.round(value * 100));
    if (all >= MOST_HUNDREDTHS) return text(String(Math.round(value * 100) / 100));
    reserve(LONGEST_NUMBER);
    if (value < 0 && all > 0) buffer[at++] = MINUS;
    integer(Math.trunc(all / 100));
    const rest = all % 100;
    if (rest === 0) return;
    buffer[at++] = POINT;
    buffer[at++] = ZERO + Math.trunc(rest / 10);
    if (rest % 10 !== 0) buffer[at++] = ZERO + (rest % 10);
  }

  return {
    text,
    hundredths,
    length: () => at,
    finish: () =>
      buffer.length - at > buffer.length * MOST_UNUSED
        ? Buffer.from(buffer.subarray(0, at))
        : buffer.subarray(0, at),
  };
}
