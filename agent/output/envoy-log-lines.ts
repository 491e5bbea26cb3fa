/** A line of Envoy's default format: time, thread, level, logger, maybe the source, message. */
const TEXT_LINE = /^\[[^\]]+\]\[\d+\]\[(\w+)\]\[(\w+)\] (?:\[([^\]]+)\] )?(.*)$/;

const NEWLINE = 0x0a;
const [OPEN, CLOSE] = [0x7b, 0x7d];

/**
 * Converts each line of Envoy's log that is not a JSON object to one, and drops empty lines; other lines pass unchanged. Such lines come
 * before Envoy has read its bootstrap, e.g. about a fault in it, and from the loader. A line of Envoy's own text format keeps its level;
 * any other line has the level `error`, because only failures are written that way.
 */
export function jsonLines(lines: Buffer, now: Date = new Date()): Buffer {
  const pieces: (Buffer | string)[] = [];
  let isUnchanged = true;
  for (let start = 0; start < lines.length; ) {
    const newline = lines.indexOf(NEWLINE, start);
    const end = newline === -1 ? lines.length : newline;
    const isJson = lines[start] === OPEN && lines[end - 1] === CLOSE;
    isUnchanged &&= isJson && newline !== -1;
    pieces.push(
      isJson ? lines.subarray(start, end + 1) : wrapped(lines.toString('utf8', start, end).trimEnd(), now),
    );
    if (isJson && newline === -1) pieces.push('\n');
    start = end + 1;
  }
  if (isUnchanged) return lines;
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

function wrapped(line: string, now: Date): string {
  if (line === '') return '';
  const [, level = 'error', logger, at, msg = line] = TEXT_LINE.exec(line) ?? [];
  return `${JSON.stringify({ level, program: 'envoy', logger, time: now.toISOString(), at, msg })}\n`;
}
