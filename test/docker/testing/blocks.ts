import { page } from '../../docs/pages.ts';

/** Returns the commands in the code blocks of a page that begin with `start`; lines that end with a backslash are joined. */
export function commandsOf(path: string, start: string): readonly string[] {
  const inText = [...page(path).text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...blocksOf(path).flat(), ...inText].filter((line) => line.startsWith(start));
}

/**
 * Returns the commands of the code block whose first line begins with `start`, in order; lines that end with a backslash are joined.
 * @throws Error if the page has no such block
 */
export function blockOf(path: string, start: string): readonly string[] {
  const block = blocksOf(path).find((each) => each[0]?.startsWith(start));
  if (block === undefined) throw new Error(`${path}: no code block begins with ${JSON.stringify(start)}`);
  return block;
}

/** Returns the code blocks without a language of a page, in order, as `blockOf` does. */
export function blocksOf(path: string): readonly (readonly string[])[] {
  const blocks = [...page(path).text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(
    ([, language, block = '']) => (language === '' ? [block] : []),
  );
  return blocks.map((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .trimEnd()
      .split('\n'),
  );
}

/** Returns the commands in the text of a page, between backquotes, that begin with one of `programs`. */
export function commandsInText(path: string, programs: readonly string[]): readonly string[] {
  const code = [...page(path).text.matchAll(/`([^`\n]+)`/g)].map(([, each = '']) => each);
  return code.filter((each) => programs.some((program) => each.startsWith(`${program} `)));
}
