import { isScalar } from '../../is-scalar.ts';

/**
 * Evaluates Terraform's `format`, for the verbs that names and numbers need: %s, %d, %v, %q, %t, %f and %%, with `-`, `0`, a width and a precision.
 * Returns undefined for others, and if a verb has no argument of its type.
 */
export function formatted(...args: readonly unknown[]): string | undefined {
  const [pattern, ...values] = args;
  if (typeof pattern !== 'string') return undefined;
  if (pattern.replaceAll(VERB, '').includes('%') || pattern.length > MOST_PATTERN) return undefined;
  let next = 0;
  let isWrong = false;
  const text = pattern.replaceAll(
    VERB,
    (verb, flags = '', width = '', precision: string | undefined, letter?: string) => {
      if (verb === '%%') return '%';
      const shown = show(letter ?? '', values[next], precision);
      next += 1;
      isWrong ||= shown === undefined;
      return padded(shown ?? '', flags as string, Number(width));
    },
  );
  return isWrong || next !== values.length ? undefined : text;
}

/** Evaluates Terraform's `formatlist`: `format` for each item of its lists, which have one length. Other arguments are in each text. */
export function formattedList(...args: readonly unknown[]): readonly string[] | undefined {
  const [first, ...others] = args.filter((each) => Array.isArray(each)) as readonly (readonly unknown[])[];
  if (others.some(({ length }) => length !== first?.length)) return undefined;
  const texts = (first ?? ['']).map((_, index) =>
    formatted(...args.map((each) => (Array.isArray(each) ? (each as readonly unknown[])[index] : each))),
  );
  return texts.includes(undefined) ? undefined : (texts as readonly string[]);
}

/** The longest pattern, in characters. */
const MOST_PATTERN = 10_000;

/** A verb: its flags, width, precision and letter; or `%%`. */
const VERB = /%(?:%|([-0]*)(\d{0,3})(?:\.(\d{1,2}))?([a-zA-Z]))/g;

function show(letter: string, value: unknown, precision: string | undefined): string | undefined {
  if (letter === 's' || letter === 'v') return isScalar(value) ? cut(String(value), precision) : undefined;
  if (letter === 'q') return isScalar(value) ? JSON.stringify(String(value)) : undefined;
  if (letter === 't') return typeof value === 'boolean' ? String(value) : undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return undefined;
  if (letter === 'd') return Number.isInteger(number) ? String(number) : undefined;
  return letter === 'f' ? number.toFixed(Number(precision ?? 6)) : undefined;
}

function cut(text: string, precision: string | undefined): string {
  return precision === undefined ? text : Array.from(text).slice(0, Number(precision)).join('');
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
}
