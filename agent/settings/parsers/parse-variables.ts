const NAME = /^[A-Za-z_]\w*$/;

/**
 * Parses a file of variables in the form of systemd's EnvironmentFile, which Docker's `--env-file` and dotenv files share for plain values: lines
 * `NAME=VALUE`; empty lines, and lines that begin with `#` or `;`, are comments. A value may stand in double quotes, in which `\"` and `\\` are
 * escapes, or in single quotes, and then spans lines. Forms that these programs read differently are errors.
 * @throws Error that names the line, without its value
 */
export function parseVariables(text: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const first = index;
    const line = lines[index]?.trim() ?? '';
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const [name, rest] = assignment(line, first);
    // No program can be started with such a variable.
    if (rest.includes('\0')) throw problem(first, `${name}: a value may not have a NUL byte`);
    const quote = /^["']/.exec(rest)?.[0];
    if (quote === undefined) {
      if (/["'\\]/.test(rest))
        throw problem(first, `${name}: a value with quotes or backslashes has to be quoted`);
      variables[name] = rest;
      continue;
    }
    let value = rest.slice(1);
    for (let end = closing(value, quote); ; end = closing(value, quote)) {
      if (end === value.length - 1) break;
      if (end !== -1) throw problem(first, `${name}: there is text after the closing quote`);
      index += 1;
      const next = lines[index];
      if (next === undefined) throw problem(first, `${name}: the closing quote is missing`);
      if (next.includes('\0')) throw problem(first, `${name}: a value may not have a NUL byte`);
      value = `${value}\n${closing(next.trimEnd(), quote) === -1 ? next : next.trimEnd()}`;
    }
    const content = value.slice(0, -1);
    variables[name] = quote === "'" ? content : content.replaceAll(/\\(["\\$`])/g, '$1');
  }
  return variables;
}

function assignment(line: string, index: number): readonly [name: string, value: string] {
  const at = line.indexOf('=');
  const name = line.slice(0, at).trim();
  if (at < 0 || !NAME.test(name)) throw problem(index, 'a line has the form NAME=VALUE, or begins with #');
  return [name, line.slice(at + 1).trim()];
}

/** Returns the index of the closing quote, or -1. */
function closing(text: string, quote: string): number {
  for (let index = 0; index < text.length; index += 1) {
    if (quote === '"' && text[index] === '\\') index += 1;
    else if (text[index] === quote) return index;
  }
  return -1;
}

function problem(index: number, what: string): Error {
  return new Error(`line ${index + 1}: ${what}`);
}
