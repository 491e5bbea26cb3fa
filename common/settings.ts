/** One thing wrong with one setting: where it stands, what it said, what it may say. */
export type Problem = { readonly name: string; readonly got: string | undefined; readonly wanted: string };

/** Thrown once, with every problem found, before anything is done. The exit code is 1, as App Mesh's agent had it. */
export class SettingsError extends Error {
  readonly problems: readonly Problem[];
  readonly exitCode = 1;

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

function describeProblem({ name, got, wanted }: Problem): string {
  return got === undefined ? `${name} is not set: ${wanted}` : `${name}=${JSON.stringify(got)}: ${wanted}`;
}

/** What a parser answers: the value, or what would have been allowed. */
export type Parsed<T> = { readonly value: T } | { readonly wanted: string };

/** Turns the text of one variable into a value. Text is trimmed and never empty: an empty variable counts as unset. */
export type Parser<T> = (text: string) => Parsed<T>;

/** Reads variables one at a time and remembers what is wrong with them. */
export type Reader = {
  /** The value of `name`, or `fallback` where it is unset or wrong (a wrong one is reported at the end). */
  <T, F = T>(name: string, parse: Parser<T>, fallback: F): T | F;
  /** Reports a problem that only several settings together show. */
  problem(problem: Problem): void;
};

/**
 * Compiles an environment into settings: frozen, complete, and right, or not at all.
 * @throws SettingsError that lists every problem.
 */
export function compileSettings<T extends object>(
  env: Readonly<Record<string, string | undefined>>,
  compile: (read: Reader) => T,
): Readonly<T> {
  const problems: Problem[] = [];
  const read = <V, F>(name: string, parse: Parser<V>, fallback: F): V | F => {
    const text = env[name]?.trim();
    if (text === undefined || text === '') return fallback;
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    problems.push({ name, got: env[name], wanted: parsed.wanted });
    return fallback;
  };
  const settings = compile(
    Object.assign(read, { problem: (problem: Problem) => void problems.push(problem) }),
  );
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(settings);
}

/** Any text. */
export const text: Parser<string> = (value) => ({ value });

/** A whole number from `min` to `max`, both allowed. */
export function integer(min: number, max: number): Parser<number> {
  const wanted = `a whole number from ${min} to ${max}`;
  return (value) => {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? { value: number } : { wanted };
  };
}

/** A TCP or UDP port, 1 to 65535. */
export const port: Parser<number> = integer(1, 65_535);

/** The spellings that Go's ParseBool knows, which App Mesh's agent used. */
export const boolean: Parser<boolean> = (value) => {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return { value: true };
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return { value: false };
  return { wanted: '1 or true, 0 or false' };
};

/** One of a few words, compared without case; the answer is spelled as in `words`. */
export function oneOf<W extends string>(...words: readonly W[]): Parser<W> {
  return (value) => {
    const word = words.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
    return word === undefined ? { wanted: `one of ${words.join(', ')}` } : { value: word };
  };
}

/** A comma-separated list; blanks around items are dropped, empty items are refused. */
export function list<T>(item: Parser<T>): Parser<readonly T[]> {
  return (value) => {
    const items = value.split(',').map((part) => part.trim());
    const values: T[] = [];
    for (const part of items) {
      const parsed = part === '' ? { wanted: 'something' } : item(part);
      if ('wanted' in parsed) {
        return { wanted: `a comma-separated list, each ${parsed.wanted} (got ${JSON.stringify(part)})` };
      }
      values.push(parsed.value);
    }
    return { value: values };
  };
}
