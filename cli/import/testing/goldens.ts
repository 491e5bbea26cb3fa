import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runImport, wholeText, type RunOptions } from './run.ts';

/**
 * Registers one test per folder in `testdata`. The test imports the folder's `input`, with the options in `options.json`, and
 * compares the result with `expected.txt`.
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
