/** Fields that have a place of their own in a text line. */
const PLACED: readonly string[] = ['level', 'program', 'time', 'msg'];

/** Values that need no quotes. */
const BARE = /^[\w.:/@,+-]+$/;

/**
 * Formats a JSON log line as text, in the form of Envoy's own log: `[time][process id][level][program] message name=value …`, with a newline
 * at the end. The time is UTC.
 */
export function textLine(json: string): string {
  const fields = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const time = text('time').replace('T', ' ').replace('Z', '');
  const values = Object.entries(fields)
    .filter(([name, value]) => !PLACED.includes(name) && value !== null)
    .map(([name, value]) => ` ${name}=${valueText(value)}`);
  const head = `[${time}][${process.pid}][${text('level')}][${text('program')}]`;
  return `${head} ${text('msg').replaceAll('\n', '; ')}${values.join('')}\n`;
}

function valueText(value: unknown): string {
  const isError = typeof value === 'object' && value !== null && 'message' in value && !('stack' in value);
  const plain = isError ? value.message : value;
  return typeof plain === 'string' && BARE.test(plain) ? plain : JSON.stringify(plain);
}
