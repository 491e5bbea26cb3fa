import { section, type Page } from '../../docs/pages.ts';

/** A line of a log as its collector has it: texts by name. */
export type CapturedLine = Readonly<Record<string, unknown>>;

/** Returns the lines in the block of JSON below the heading `#### NAME` of a page. @throws Error if there is none */
export function sampleLines(of: Page, name: string): readonly CapturedLine[] {
  const lines = section(of, `#### ${name}`);
  const start = lines.indexOf('```json');
  const end = lines.indexOf('```', start);
  if (start === -1) throw new Error(`${of.path}: there is no sample of ${name}`);
  return lines.slice(start + 1, end).map((line) => JSON.parse(line) as CapturedLine);
}

/**
 * Returns the form of a captured line: its names, and those in the JSON of its texts, sorted. Two lines of one kind have the same form; their values
 * differ.
 */
export function formOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length === 0 ? '' : formOf(value[0])}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, each]) => `${name}${formOf(each)}`);
    return `{${members.toSorted().join(',')}}`;
  }
  if (typeof value !== 'string' || !value.startsWith('{')) return '';
  try {
    return formOf(JSON.parse(value));
  } catch {
    return '';
  }
}
