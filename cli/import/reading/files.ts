import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandError } from '../../errors.ts';
import type { ImportProblem } from '../place.ts';
import type { Left } from '../source.ts';
import { decode } from './decode.ts';
import { parseFile } from './parse.ts';
import type { ParsedFile } from './parsed.ts';
import { whileReading } from '../../while-reading.ts';
import { isProgram, mayDescribe, unreadReason } from './unread.ts';
import { filesIn } from './walk.ts';

/** The names of files that import reads in a folder; a file on the command line may have any name. */
const EXTENSIONS = /\.(?:json|ya?ml|template|tf|tfvars|tfstate)$/i;
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

/** The files of an import, and what a folder has besides them. */
export type Inputs = {
  readonly files: readonly InputFile[];
  readonly left: readonly Left[];
  readonly problems: readonly ImportProblem[];
};

/**
 * Reads the paths of `-f`: files, folders with all folders within (files by extension, in the order of their names; hidden
 * ones are skipped), and `-` for stdin. A file that two paths lead to is read once, where `-f` names it itself. A file of a folder that cannot
 * be read as text is left out, unless it mentions resources of App Mesh.
 * @throws CommandError for an unreadable path, or a file on the command line that is too large or no text
 */
export async function readInputs(paths: readonly string[], { read }: Reader): Promise<Inputs> {
  const found = new Map<string, boolean>();
  const left: Left[] = [];
  const problems: ImportProblem[] = [];
  for (const path of paths) {
    const isFolder = path !== '-' && (await whileReading(path, stat(path))).isDirectory();
    // The order of the files that -f names is that of -f.
    if (!isFolder) found.delete(path);
    if (!isFolder) found.set(path, true);
    else
      for (const file of await whileReading(path, filesIn(path)))
        if (!found.has(file)) found.set(file, false);
  }
  const files: InputFile[] = [];
  for (const [file, named] of found) {
    const place = { file, line: 1, id: '' };
    try {
      const program = named && isProgram(file) ? await unread(file) : [];
      problems.push(...program.map((each) => ({ place: each.place, message: each.reason })));
      if (program.length > 0) continue;
      if (named || EXTENSIONS.test(file)) files.push({ ...(await read(file)), named });
      else if (mayDescribe(file)) left.push(...(await unread(file)));
    } catch (error) {
      if (named || !(error instanceof CommandError)) throw error;
      if (await whileReading(file, hasMention(file))) problems.push({ place, message: error.message });
      else left.push({ place, reason: `${NO_TEXT}: ${error.message}`, group: NO_TEXT });
    }
  }
  return { files, left, problems };
}

async function unread(file: string): Promise<readonly Left[]> {
  const { size } = await whileReading(file, stat(file));
  if (size > MIB) return [];
  const reason = unreadReason(file, await whileReading(file, readFile(file, 'utf8')));
  return reason === undefined ? [] : [reason];
}

// Reads in parts, because the file may be one that is too large.
async function hasMention(file: string): Promise<boolean> {
  let end = '';
  for await (const chunk of createReadStream(file, 'latin1')) {
    const part = `${end}${chunk as string}`;
    if (mentionsAppMesh(part)) return true;
    end = part.slice(-LONGEST_MENTION);
  }
  return false;
}

/** The reason why a file with a syntax error is left out that describes no mesh. */
export const SYNTAX = 'no mention of resources of App Mesh, and a syntax error';

const NO_TEXT = 'no mention of resources of App Mesh, and not readable';

/** More characters than the longest mention that `mentionsAppMesh` looks for, with its blanks. */
const LONGEST_MENTION = 100;

/** Whether a text mentions resources of App Mesh. Task definitions mention its image and its variables only. */
export function mentionsAppMesh(text: string): boolean {
  return /AWS::AppMesh::|aws_appmesh_|appmesh\.k8s\.aws|["']?meshName["']?\s*:/i.test(text);
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
