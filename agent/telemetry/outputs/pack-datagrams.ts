/** Bytes: an Ethernet frame without the headers of IPv6 and UDP. */
const MOST_BYTES = 1432;
const NEWLINE = 0x0a;

/** Packs lines, separated by newlines, into datagrams that no network has to fragment. A longer line is a datagram of its own. */
export function* packDatagrams(lines: Buffer, mostBytes: number = MOST_BYTES): Generator<Buffer> {
  let start = 0;
  while (start < lines.length) {
    const end = endOfDatagram(lines, start, mostBytes);
    yield lines.subarray(start, end);
    start = end + 1;
  }
}

function endOfDatagram(lines: Buffer, start: number, mostBytes: number): number {
  if (lines.length - start <= mostBytes) return lines.length;
  const last = lines.lastIndexOf(NEWLINE, start + mostBytes);
  if (last > start) return last;
  const first = lines.indexOf(NEWLINE, start);
  return first === -1 ? lines.length : first;
}
