import { compareText } from '../../common/compare-text.ts';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { CommandError } from '../errors.ts';
import { parseDocuments, type Parsed } from './parse-documents.ts';
import { whileReading } from '../while-reading.ts';

/** The names of files to read in a folder; a file on the command line may have any name. */
const EXTENSIONS = /\.(?:json|ya?ml)$/i;
/** The size limit of a file, in bytes. */
const FILE_LIMIT = 64 * 1024 * 1024;

/**
 * Reads the paths of `-f`: files, folders (files with the extension .json, .yaml or .yml, in the order of their names; with
 * `recursive` also in folders within; hidden ones are skipped), and `-` for stdin.
 * @throws CommandError for an unreadable or too large file
 */
export async function readFiles(
  paths: readonly string[],
  { recursive, stdin }: { readonly recursive: boolean; readonly stdin: NodeJS.ReadableStream },
): Promise<Parsed> {
  const parsed: Parsed[] = [];
  for (const path of paths) {
    if (path === '-') parsed.push(parseDocuments('-', await readAll(stdin)));
    else
      for (const file of await filesAt(path, recursive)) parsed.push(parseDocuments(file, await read(file)));
  }
  return {
    documents: parsed.flatMap(({ documents }) => documents),
    problems: parsed.flatMap(({ problems }) => problems),
  };
}

async function filesAt(path: string, recursive: boolean): Promise<readonly string[]> {
  const found = await whileReading(path, stat(path));
  if (!found.isDirectory()) return [path];
  const entries = await whileReading(path, readdir(path, { withFileTypes: true }));
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => compareText(a.name, b.name))) {
    const inside = join(path, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) files.push(...(recursive ? await filesAt(inside, true) : []));
    else if (EXTENSIONS.test(entry.name)) files.push(inside);
  }
  return files;
}

async function read(file: string): Promise<string> {
  const { size } = await whileReading(file, stat(file));
  if (size > FILE_LIMIT) throw new CommandError(`${file} has ${size} bytes, and may have ${FILE_LIMIT}`);
  const bytes = await whileReading(file, readFile(file));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CommandError(`${file} is not valid UTF-8`, { cause: error });
  }
}
