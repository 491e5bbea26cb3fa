import { page } from '../../../docs/pages.ts';

/** A command of a page, with the output that the page shows after it. */
export type WalkStep = { readonly command: string; readonly shown: string | undefined };

/** A walk of a page: the files that a reader writes, and the commands in their order. */
export type Walk = {
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly WalkStep[];
};

/** Reads a section: a block of YAML begins with `# NAME.yaml`; another block has commands, or one command after `$ ` with its output. */
export function readWalk(path: string, heading: string): Walk {
  const files = new Map<string, string>();
  const steps: WalkStep[] = [];
  const { text } = page(path);
  const start = text.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`${path} has no heading ${JSON.stringify(heading)}`);
  const end = text.indexOf('\n## ', start + 1);
  const blocks = text.slice(start, end).matchAll(/^```(\w*)\n(.*?)^```$/gms);
  for (const [, language, content = ''] of blocks) {
    const [, name] = /^# (\S+)\n/.exec(content) ?? [];
    if (language === 'yaml' && name !== undefined) files.set(name, content);
    else steps.push(...stepsOf(content));
  }
  return { files, steps };
}

function stepsOf(content: string): readonly WalkStep[] {
  const [first = '', ...output] = content.split('\n');
  if (first.startsWith('$ ')) return [{ command: first.slice(2), shown: output.join('\n') }];
  return content
    .split('\n')
    .filter((line) => line.startsWith('daybreak '))
    .map((command) => ({ command, shown: undefined }));
}

/** Returns an output without the values that differ: addresses, times, numbers, and the width of columns. */
export function formOf(output: string): string {
  return output
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b\d+\.\d+\.\d+\.\d+\b/g, 'ADDRESS')
    .replaceAll(/\b\d+(\.\d+)?\b/g, 'N')
    .replaceAll(/ +/g, ' ')
    .trim();
}
