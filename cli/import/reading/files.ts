import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CommandError } from '../../errors.ts';
import { decode } from './decode.ts';
import { parseFile } from './parse.ts';
import type { ParsedFile } from './parsed.ts';

/** The names of files that are read in a folder; a file that is named itself may have any name. */
const EXTENSIONS = /\.(?:json|ya?ml|template|tf|tfvars|tfstate)$/i;
/** Folders that hold what others wrote. Hidden ones are left out too, `.terraform` among them. */
const PASSED_OVER = new Set(['node_modules']);
/** A mebibyte, in bytes. */
const MIB = 1024 * 1024;

/** A file with what is to be known of how it was found. */
export type InputFile = ParsedFile & {
  /** It, not only its folder, was named on the command line. */
  readonly named: boolean;
};

/** Reads files that are not larger than it allows. */
export type Reader = {
  /**
   * Reads one file, or stdin for `-`.
   * @throws CommandError where it cannot be read, or is too large
   */
  readonly read: (file: string) => Promise<ParsedFile>;
  /** The same for a file that another names; undefined where there is none. */
  readonly further: (file: string) => Promise<ParsedFile | undefined>;
};

/** Makes a reader of files of up to `maxFileSize` MiB. */
export function createReader(maxFileSize: number, stdin: NodeJS.ReadableStream): Reader {
  const read = async (file: string): Promise<ParsedFile> => {
    if (file === '-') return parseFile(file, decode('(stdin)', limited(await buffer(stdin), maxFileSize)));
    const { size } = await attempt(file, stat(file));
    requireSize(file, size, maxFileSize);
    return parseFile(file, decode(file, await attempt(file, readFile(file))));
  };
  return { read, further: async (file) => ((await isFile(file)) ? read(file) : undefined) };
}

/**
 * Reads what `-f` names: files, folders and all folders within (their files by extension, in the order of their names;
 * hidden ones are left out), and `-` for stdin. A file that two paths lead to is read once.
 * @throws CommandError for one that cannot be read, or is too large
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
  const found = await attempt(path, stat(path));
  if (!found.isDirectory()) return [{ file: path, named: true }];
  return (await filesIn(path)).map((file) => ({ file, named: false }));
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await attempt(folder, readdir(folder, { withFileTypes: true }));
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) files.push(...(PASSED_OVER.has(entry.name) ? [] : await filesIn(inside)));
    else if (entry.isFile() && EXTENSIONS.test(entry.name)) files.push(inside);
  }
  return files;
}

async function attempt<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CommandError(`${path} cannot be read`, { cause: error });
  }
}
