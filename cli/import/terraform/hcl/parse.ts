import type { ParsedFile } from '../../reading/parsed.ts';
import { isObject } from '../../is-object.ts';
import type { ImportProblem } from '../../place.ts';

/** A file of configuration as data: blocks by their types and labels, expressions as texts in `${…}`. */
export type ConfigurationFile = {
  readonly file: string;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
};

/** Reads a file, in HCL or as JSON. HCL is read by a library, which is loaded then. */
export async function parseConfiguration({
  file,
  form,
  text,
  documents,
}: ParsedFile): Promise<ConfigurationFile | ImportProblem> {
  if (form !== 'hcl') {
    const [first] = documents;
    return { file, text, body: isObject(first?.value) ? first.value : {} };
  }
  const library = await import('@cdktn/hcl2json');
  // In a bundle, what was CommonJS is a whole.
  const { parse } = 'default' in library ? (library.default as typeof library) : library;
  try {
    return { file, text, body: (await parse(file, text)) as ConfigurationFile['body'] };
  } catch (error) {
    return problemOf(file, error as Error);
  }
}

// `parse config: [main.tf:2,7-3,1: Invalid expression; …]`
function problemOf(file: string, { message }: Error): ImportProblem {
  const [, line = '1', column = '1', what = message] =
    /:(\d+),(\d+)(?:-[\d,]+)?: (.*?)\]?$/s.exec(message) ?? [];
  return { place: { file, line: Number(line), id: '' }, message: `column ${column}: ${what.split('\n')[0]}` };
}
