/**
 * A problem with one setting: its name, its value, and what is allowed. With `isSecret`, `got` is undefined: the value is not shown.
 */
export type Problem = {
  readonly name: string;
  readonly got: string | undefined;
  readonly wanted: string;
  readonly isSecret?: true;
};

/** All problems with the settings, thrown before the program does anything else. The exit code is 1, as with App Mesh's agent. */
export class SettingsError extends Error {
  readonly problems: readonly Problem[];
  /** The stable code, as in the catalogue of each program. */
  readonly code = 'SETTINGS_INVALID';
  readonly exitCode = 1;

  constructor(problems: readonly Problem[]) {
    super([...new Set(problems.map(describeProblem))].join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

function describeProblem({ name, got, wanted, isSecret }: Problem): string {
  if (isSecret === true) return `${name} (its value is not shown): ${wanted}`;
  if (got === undefined) return `${name} is not set: ${wanted}`;
  // Docker passes on the quotes of its files of variables, and Compose those of a list `- NAME="value"`.
  const hint = /^(["']).+\1$/.test(got) ? '; the quotes are part of the value' : '';
  return `${name}=${JSON.stringify(got)}: ${wanted}${hint}`;
}

/** Result of a parser: the value, or what is allowed. */
export type Parsed<T> = { readonly value: T } | { readonly wanted: string };

/** Parses the text of one variable. The text is trimmed and never empty, because an empty variable counts as unset. */
export type Parser<T> = (text: string) => Parsed<T>;

/** Reads variables and collects their problems. */
export type Reader = {
  /** Returns the value of `name`, or `fallback` if it is unset or invalid. Invalid values are reported at the end. */
  <T, F = T>(name: string, parse: Parser<T>, fallback: F): T | F;
  /** Does the same for a secret: the report of an invalid value does not contain it. */
  secret<T, F = T>(name: string, parse: Parser<T>, fallback: F): T | F;
  /** Reports a problem with a combination of settings. */
  problem(problem: Problem): void;
};

/**
 * Compiles an environment into complete and valid settings. The result is frozen.
 * @throws SettingsError with all problems
 */
export function compileSettings<T extends object>(
  env: Readonly<Record<string, string | undefined>>,
  compile: (read: Reader) => T,
): Readonly<T> {
  const problems: Problem[] = [];
  const reader =
    (report: (name: string, wanted: string) => Problem) =>
    <V, F>(name: string, parse: Parser<V>, fallback: F): V | F => {
      const text = valueOf(name, env);
      if (text === undefined) return fallback;
      const parsed = parse(text);
      if ('value' in parsed) return parsed.value;
      problems.push(report(name, parsed.wanted));
      return fallback;
    };
  const read = Object.assign(
    reader((name, wanted) => ({ name, got: env[name], wanted })),
    {
      secret: reader((name, wanted) => ({ name, got: undefined, wanted, isSecret: true })),
      problem: (problem: Problem) => void problems.push(problem),
    },
  );
  const settings = compile(read);
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(settings);
}

/**
 * Returns the trimmed value of a variable that counts as set: it is not empty, also not as a pair of quotes (`NAME=""` in a file for Docker), and
 * no tool set it for another purpose.
 */
export function valueOf(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const text = env[name]?.trim() ?? '';
  const isEmpty = text === '' || text === '""' || text === "''";
  return isEmpty || isServiceLink(name, text, env) ? undefined : text;
}

/**
 * Whether Kubernetes set a variable for a Service of the pod's namespace, or Docker for a link: a Service or link `statsd` gives each container
 * `STATSD_PORT=tcp://10.0.0.1:8125`, beside `STATSD_SERVICE_HOST` (Kubernetes) or `STATSD_PORT_8125_TCP` with the same value (Docker).
 */
function isServiceLink(
  name: string,
  value: string,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const service = /^(.+)_PORT$/.exec(name)?.[1];
  const [, protocol, port] = /^(tcp|udp|sctp):\/\/\S+:(\d+)$/.exec(value) ?? [];
  if (service === undefined || protocol === undefined) return false;
  const link = `${name}_${port}_${protocol.toUpperCase()}`;
  return env[`${service}_SERVICE_HOST`] !== undefined || env[link]?.trim() === value;
}

/** Accepts any text. */
export const text: Parser<string> = (value) => ({ value });

/** Returns a parser for a whole number from `min` to `max`, inclusive. */
export function integer(min: number, max: number): Parser<number> {
  const wanted = `a whole number from ${min} to ${max}`;
  return (value) => {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? { value: number } : { wanted };
  };
}

/** Parses a TCP or UDP port, 1 to 65535. */
export const port: Parser<number> = integer(1, 65_535);

/** Parses a boolean in the spellings of Go's ParseBool, which App Mesh's agent used. */
export const boolean: Parser<boolean> = (value) => {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return { value: true };
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return { value: false };
  return { wanted: '1 or true, 0 or false' };
};

/** Returns a parser for one of `words`, case-insensitive. The result is spelled as in `words`. */
export function oneOf<W extends string>(...words: readonly W[]): Parser<W> {
  return (value) => {
    const word = words.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
    return word === undefined ? { wanted: `one of ${words.join(', ')}` } : { value: word };
  };
}

/** Returns a parser for a comma-separated list. Trims items and rejects empty ones. */
export function list<T>(item: Parser<T>): Parser<readonly T[]> {
  return (value) => {
    const items = value.split(',').map((part) => part.trim());
    const values: T[] = [];
    for (const part of items) {
      const parsed = part === '' ? { wanted: 'a value' } : item(part);
      if ('wanted' in parsed) {
        return { wanted: `a comma-separated list, each ${parsed.wanted} (got ${JSON.stringify(part)})` };
      }
      values.push(parsed.value);
    }
    return { value: values };
  };
}
