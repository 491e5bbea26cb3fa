// Length-delimited fields of protobuf (wire type 2), each in a buffer of the right size, for messages that are kept. See
// message-writer.ts for messages that are written per stream.

const NOTHING = Buffer.alloc(0);

/** Encodes a string field with its tag; nothing for the empty string, as in proto3. Field numbers are below 16. */
export function stringField(field: number, value: string): Buffer {
  if (value === '') return NOTHING;
  const length = Buffer.byteLength(value);
  const head = 1 + varintSize(length);
  const bytes = Buffer.allocUnsafe(head + length);
  writeHead(bytes, 0, field, length);
  bytes.write(value, head);
  return bytes;
}

/** Encodes a bytes or message field with its tag. Field numbers are below 16. */
export function bytesField(field: number, value: Uint8Array): Buffer {
  const head = 1 + varintSize(value.length);
  const bytes = Buffer.allocUnsafe(head + value.length);
  writeHead(bytes, 0, field, value.length);
  bytes.set(value, head);
  return bytes;
}

/** Does the same as `bytesField`, for a value in pieces. Returns the head, followed by the pieces. */
export function bytesFieldOf(field: number, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = Buffer.allocUnsafe(1 + varintSize(length));
  writeHead(head, 0, field, length);
  return [head, ...pieces];
}

/** Makes a message of its fields, in any order. */
export function concatenate(fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields);
}

/** Writes the tag and length of a field at the offset `start`. */
export function writeHead(bytes: Uint8Array, start: number, field: number, length: number): void {
  let at = start;
  bytes[at++] = (field << 3) | 2;
  let rest = length;
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at] = rest;
}

/** Returns the size of a varint in bytes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest >>>= 7) size += 1;
  return size;
}
