import { page } from '../../docs/pages.ts';

/** Returns the commands in the code blocks without a language of a page that begin with `start`; lines that end with a backslash are joined. */
export function commandsOf(path: string, start: string): readonly string[] {
  const blocks = [...page(path).text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(
    ([, language, block = '']) => (language === '' ? [block] : []),
  );
  const inText = [...page(path).text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n')), ...inText].filter(
    (line) => line.startsWith(start),
  );
}
