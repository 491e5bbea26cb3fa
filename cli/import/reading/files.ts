import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CommandError } from '../../errors.ts';
import { decode } from './decode.ts';
import { parseFile } from './parse.ts';
import type { ParsedFile } from './parsed.ts';
import { whileReading } from '../../while-reading.ts';

/** The names of files that import reads in a folder; a file on the command line may have any name. */
const EXTENSIONS = /\.(?:json|ya?ml|template|tf|tfvars|tfstate)$/i;
/** Folders of third-party files. Hidden folders, such as `.terraform`, are skipped too. */
const PASSED_OVER = new Set(['node_modules']);
/** A mebibyte, in bytes. */
const MIB = 1024 * 1024;

/** A file, with the way it was given. */
export type InputFile = ParsedFile & {
  /** The file itself, not only its folder, was on the command line. */
  readonly named: boolean;
};

/** Reads files up to a size limit. */
export type Reader = {
  /**
   * Reads one file, or stdin for `-`.
   * @throws CommandError for an unreadable or too large file
   */
  readonly read: (file: string) => Promise<ParsedFile>;
  /** Reads a file that another file refers to; undefined if there is none. */
  readonly further: (file: string) => Promise<ParsedFile | undefined>;
};

/** Creates a reader for files of up to `maxFileSize` MiB. */
export function createReader(maxFileSize: number, stdin: NodeJS.ReadableStream): Reader {
  const read = async (file: string): Promise<ParsedFile> => {
    if (file === '-') return parseFile(file, decode('(stdin)', limited(await buffer(stdin), maxFileSize)));
    const { size } = await whileReading(file, stat(file));
    requireSize(file, size, maxFileSize);
    return parseFile(file, decode(file, await whileReading(file, readFile(file))));
  };
  return { read, further: async (file) => ((await isFile(file)) ? read(file) : undefined) };
}

/**
 * Reads the paths of `-f`: files, folders with all folders within (files by extension, in the order of their names; hidden
 * ones are skipped), and `-` for stdin. A file that two paths lead to is read once.
 * @throws CommandError for an unreadable or too large file
 */
export async function readInputs(paths: readonly string[], { read }: Reader): Promise<readonly InputFile[]> {
  const files = new Map<string, boolean>();
  for (const path of paths) {
    if (path === '-') files.set(path, true);
    else
      for (const { file, named } of await filesAt(path)) files.set(file, files.get(file) === true || named);
  }
  const inputs: InputFile[] = [];
  for (const [file, named] of files) inputs.push({ ...(await read(file)), named });
  return inputs;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true;
}

function limited(bytes: Buffer, maxFileSize: number): Buffer {
  requireSize('(stdin)', bytes.length, maxFileSize);
  return bytes;
}

function requireSize(file: string, size: number, maxFileSize: number): void {
  if (size <= maxFileSize * MIB) return;
  const mib = Math.ceil(size / MIB);
  throw new CommandError(
    `${file} has ${size} bytes, and may have ${maxFileSize} MiB: --max-file-size ${mib} allows it`,
  );
}

async function filesAt(path: string): Promise<readonly { file: string; named: boolean }[]> {
  const found = await whileReading(path, stat(path));
  if (!found.isDirectory()) return [{ file: path, named: true }];
  return (await filesIn(path)).map((file) => ({ file, named: false }));
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await whileReading(folder, readdir(folder, { withFileTypes: true }));
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) files.push(...(PASSED_OVER.has(entry.name) ? [] : await filesIn(inside)));
    else if (entry.isFile() && EXTENSIONS.test(entry.name)) files.push(inside);
  }
  return files;
}
