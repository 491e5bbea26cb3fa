import { resolve } from 'node:path';
import type { ImportOptions } from '../options.ts';
import type { Reader } from '../reading/files.ts';
import type { ParsedFile } from '../reading/parsed.ts';
import { parametersIn, parseParameter } from './parameters.ts';

/** What a person said beside the files. */
export type GivenAnswers = {
  /** Keys and values; of a key that comes twice, the later counts. */
  readonly pairs: readonly (readonly [string, string])[];
  /** Those of each file of parameters, by its absolute path. */
  readonly files: ReadonlyMap<string, readonly (readonly [string, string])[]>;
  /** The files of `--outputs`. */
  readonly outputs: readonly ParsedFile[];
};

/**
 * Reads them: what stands on the command line goes before what stands in files, and a later file before an earlier one.
 * @throws CommandError for a file that cannot be read, UsageError for a parameter that is none
 */
export async function readAnswers(
  { parameter, parametersFile, outputs }: ImportOptions,
  reader: Reader,
): Promise<GivenAnswers> {
  const typed = parameter.map(parseParameter);
  const files = new Map<string, readonly (readonly [string, string])[]>();
  for (const file of parametersFile) files.set(resolve(file), parametersIn(await reader.read(file)));
  const read: ParsedFile[] = [];
  for (const file of outputs) read.push(await reader.read(file));
  return { pairs: [...files.values(), typed].flat(), files, outputs: read };
}
