// A message's fields are told apart by their heads alone ("Protocol Buffers: Encoding"), so a part of it can be passed over
// without being read. A reader makes objects for each field that it does not know, and an Envoy's node has five hundred.

/** Wire types. Those of groups are not among them. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** A message of more pieces is one that nobody means well with, and each piece takes more room than its bytes. */
const MOST_PIECES = 16;

/**
 * What the message fields of a number hold, one after the other, which merges them. Undefined where there is none, or where
 * fields cannot be told apart, as a message is malformed, has groups or very many such fields: that is for a reader of all of it to
 * judge.
 */
export function messageField(bytes: Uint8Array, field: number): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  const isRead = eachField(bytes, (tag, _start, content, end) => {
    if (tag === messageTag(field)) parts.push(bytes.subarray(content, end));
    return parts.length < MOST_PIECES;
  });
  return isRead && parts.length > 0 ? joined(parts) : undefined;
}

/** A message without its message fields of a number; as it is where there is none, or where fields cannot be told apart. */
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
 * Tells of each field: its tag, where it starts, where its content does, and where it ends. False where that cannot be told, or
 * nobody wants to hear more.
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
    // Also where one of them is no number.
    if (!(tag > 7 && end <= bytes.length)) return false;
    if (!tell(tag, start, content, end)) return false;
    start = end;
  }
  return true;
}

/** A number below 2 to the 28th; NaN where it is longer. Bytes that are missing are read as 0. */
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
