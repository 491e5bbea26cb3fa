import { commandsOf } from '../../docker/testing/blocks.ts';
import { page } from '../../docs/pages.ts';

const PAGE = 'docs/kubernetes.md';

/** Returns the one command of docs/kubernetes.md that begins with `start`. */
export function command(start: string): string {
  const [found, ...more] = commands(start);
  if (found === undefined || more.length > 0)
    throw new Error(`${PAGE}: not one command that begins with ${start}`);
  return found;
}

/** Returns the commands of docs/kubernetes.md that begin with one of `starts`, in the order of the page. */
export function commands(...starts: readonly string[]): readonly string[] {
  return commandsOf(PAGE, '').filter((line) => starts.some((start) => line.startsWith(`${start} `)));
}

/** Returns the code block of docs/kubernetes.md in a language that has a text. */
export function block(language: 'json' | 'yaml', text: string): string {
  const blocks = [...page(PAGE).text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
  const found = blocks.map(([, inside = '']) => inside).find((each) => each.includes(text));
  if (found === undefined) throw new Error(`${PAGE}: no block of ${language} with ${text}`);
  return found;
}
