import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runImport, wholeText, type RunOptions } from './run.ts';

/**
 * One test for each folder in `testdata`: all of `input` in it is imported, with the options in its `options.json`, and what
 * comes of that is held against `expected.txt` beside it.
 */
export function testGoldens(testdata: string): void {
  const cases = readdirSync(testdata, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  it.each(cases.map(({ name }) => name))('%s', async (name) => {
    const folder = join(testdata, name);
    const { paths, ...options } = optionsOf(folder);
    const ran = await runImport(join(folder, 'input'), paths ?? ['.'], options);
    await expect(wholeText(ran)).toMatchFileSnapshot(join(folder, 'expected.txt'));
  });
}

function optionsOf(folder: string): RunOptions & { readonly paths?: readonly string[] } {
  if (!readdirSync(folder).includes('options.json')) return {};
  return JSON.parse(readFileSync(join(folder, 'options.json'), 'utf8')) as ReturnType<typeof optionsOf>;
}
