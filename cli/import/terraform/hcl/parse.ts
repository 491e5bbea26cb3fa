import type { ParsedFile } from '../../reading/parsed.ts';
import { isObject } from '../../../../common/is-object.ts';
import type { ImportProblem } from '../../place.ts';

/** A parsed configuration file: blocks by type and label, expressions as texts in `${…}`. */
export type ConfigurationFile = {
  readonly file: string;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
};

/** Parses a configuration file in HCL or JSON. It loads the HCL library on first use. */
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
  const { parse } = await loadHcl();
  try {
    return { file, text, body: (await parse(file, text)) as ConfigurationFile['body'] };
  } catch (error) {
    return problemOf(file, error as Error);
  }
}

/** Loads the HCL library. In a bundle, the CommonJS module is the default export. */
export async function loadHcl() {
  const library = await import('@cdktn/hcl2json');
  return 'default' in library ? (library.default as typeof library) : library;
}

// The form of messages: `parse config: [main.tf:2,7-3,1: Invalid expression; …]`
function problemOf(file: string, { message }: Error): ImportProblem {
  const [, line = '1', column = '1', what = message] =
    /:(\d+),(\d+)(?:-[\d,]+)?: (.*?)\]?$/s.exec(message) ?? [];
  // The library writes further errors after the first one, each with the name of the file.
  const [first = what] = what.split('\n')[0]?.split(` ${file}:`) ?? [];
  return { place: { file, line: Number(line), id: '' }, message: `column ${column}: ${first}` };
}
