import { readFileSync } from 'node:fs';

/** The value that a script passes for a parameter, including shell variables. */
export type Passed = { readonly value: string; readonly file: string };

/** Returns the parameters that scripts or pages beside a template pass. Files that name the template come first. */
export function passedParameters(
  names: readonly string[],
  template: string,
  scripts: readonly string[],
): ReadonlyMap<string, Passed> {
  const texts = scripts.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const first = texts.filter(({ text }) => text.includes(template));
  const found = new Map<string, Passed>();
  for (const name of names) {
    for (const { file, text } of [...first, ...texts]) {
      const value = valueIn(text, name);
      if (value === undefined) continue;
      found.set(name, { value, file });
      break;
    }
  }
  return found;
}

// `Name=VALUE`, `"Name=VALUE"`, and `ParameterKey=Name,ParameterValue=VALUE`.
function valueIn(text: string, name: string): string | undefined {
  const forms = [
    new RegExp(String.raw`(?:^|[\s"'])${name}=("[^"]*"|'[^']*'|[^\s"'\\]+)`, 'm'),
    new RegExp(
      String.raw`ParameterKey=["']?${name}["']?,\s*ParameterValue=("[^"]*"|'[^']*'|[^\s,"'\\]+)`,
      'm',
    ),
  ];
  for (const form of forms) {
    const value = form.exec(text)?.[1];
    if (value !== undefined) return value.replaceAll(/^["']|["']$/g, '');
  }
  return undefined;
}

/** Replaces shell variables by made-up values; equal variables get equal values. */
export function withoutVariables(value: string, allowed: readonly unknown[]): string {
  const text = value.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)|\$\([^)]*\)/g, (_, a, standard, b) =>
    standard === undefined ? madeUp(String(a ?? b ?? 'command')) : String(standard),
  );
  return allowed.length === 0 || allowed.map(String).includes(text) ? text : String(allowed[0]);
}

/** Makes up a value that suits the name of a variable or a parameter. */
export function madeUp(name: string): string {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
  if (words.endsWith('arn')) return `arn:aws:acm:us-west-2:111122223333:certificate/${words}`;
  if (/domain(?:-name)?$|dns-?name$/.test(words)) return `${words}.local`;
  const known = KNOWN.find(([end]) => words.endsWith(end));
  return known === undefined ? words : known[1];
}

const KNOWN = [
  ['port', '8080'],
  ['protocol', 'http'],
  ['owner', '111122223333'],
  ['account', '111122223333'],
  ['account-id', '111122223333'],
] as const;
