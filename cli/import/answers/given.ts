import { resolve } from 'node:path';
import type { ImportOptions } from '../options.ts';
import type { Reader } from '../reading/files.ts';
import type { ParsedFile } from '../reading/parsed.ts';
import { parametersIn, parseParameter } from './parameters.ts';

/** The answers and outputs that were given beside the files. */
export type GivenAnswers = {
  /** Keys and values; a later pair overrides an earlier one. */
  readonly pairs: readonly (readonly [string, string])[];
  /** The pairs of each file of parameters, by its absolute path. */
  readonly files: ReadonlyMap<string, readonly (readonly [string, string])[]>;
  /** The files of `--outputs`. */
  readonly outputs: readonly ParsedFile[];
};

/**
 * Reads answers and outputs. The command line overrides files, and a later file overrides an earlier one.
 * @throws CommandError for an unreadable file, UsageError for an invalid parameter
 */
export async function readAnswers(
  { parameter, parametersFile, outputs }: Pick<ImportOptions, 'parameter' | 'parametersFile' | 'outputs'>,
  reader: Reader,
): Promise<GivenAnswers> {
  const typed = parameter.map(parseParameter);
  const files = new Map<string, readonly (readonly [string, string])[]>();
  for (const file of parametersFile) files.set(resolve(file), parametersIn(await reader.read(file)));
  const read: ParsedFile[] = [];
  for (const file of outputs) read.push(await reader.read(file));
  return { pairs: [...files.values(), typed].flat(), files, outputs: read };
}
