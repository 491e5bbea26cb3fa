// The heads of a message's fields are enough to separate them ("Protocol Buffers: Encoding"), so a field can be skipped without
// decoding. A decoder makes objects for each unknown field, and an Envoy's node has five hundred.

/** Wire types, without those of groups. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** The most pieces of a message. More indicate a malicious message, and each piece takes more memory than its bytes. */
const MOST_PIECES = 16;

/**
 * Returns the contents of all message fields of a number, concatenated, which merges them. Undefined if there is none, or if the
 * fields cannot be separated because the message is malformed, has groups or has very many such fields: then the full decoder decides.
 */
export function messageField(bytes: Uint8Array, field: number): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  const isRead = eachField(bytes, (tag, _start, content, end) => {
    if (tag === messageTag(field)) parts.push(bytes.subarray(content, end));
    return parts.length < MOST_PIECES;
  });
  return isRead && parts.length > 0 ? joined(parts) : undefined;
}

/** Returns a message without its message fields of a number; unchanged if there is none, or if the fields cannot be separated. */
export function withoutMessageField(bytes: Uint8Array, field: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let kept = 0;
  const isRead = eachField(bytes, (tag, start, _content, end) => {
    if (tag !== messageTag(field)) return true;
    if (kept < start) parts.push(bytes.subarray(kept, start));
    kept = end;
    return parts.length < MOST_PIECES;
  });
  if (!isRead || kept === 0) return bytes;
  return joined([...parts, bytes.subarray(kept)]);
}

/**
 * Calls `tell` for each field with its tag, and the offsets of its start, its content and its end. Returns false if the message is
 * malformed, or as soon as `tell` returns false.
 */
function eachField(
  bytes: Uint8Array,
  tell: (tag: number, start: number, content: number, end: number) => boolean,
): boolean {
  for (let start = 0; start < bytes.length; ) {
    const tag = varintAt(bytes, start);
    let content = afterVarint(bytes, start);
    let end = NaN;
    if ((tag & 7) === LENGTH_DELIMITED) {
      const length = varintAt(bytes, content);
      content = afterVarint(bytes, content);
      end = content + length;
    } else if ((tag & 7) === VARINT) end = afterVarint(bytes, content);
    else if ((tag & 7) === FIXED_64) end = content + 8;
    else if ((tag & 7) === FIXED_32) end = content + 4;
    // Written so that NaN fails the check too.
    if (!(tag > 7 && end <= bytes.length)) return false;
    if (!tell(tag, start, content, end)) return false;
    start = end;
  }
  return true;
}

/** Reads a number below 2 to the 28th; NaN if it is longer. Missing bytes count as 0. */
function varintAt(bytes: Uint8Array, start: number): number {
  let value = 0;
  let at = start;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
  }
  return NaN;
}

function afterVarint(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) > 127) at += 1;
  return at + 1;
}

function messageTag(field: number): number {
  return field * 8 + LENGTH_DELIMITED;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
