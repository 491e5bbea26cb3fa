import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { capture, type Ran } from '../../testing/control-plane.ts';
import { importFiles } from '../import.ts';
import type { ImportOptions } from '../options.ts';

/** The output and exit code of an import; stderr includes the message of an error, as on a terminal. */
export type Imported = Ran & {
  /** The files of the output folder, by their names. */
  readonly files: Readonly<Record<string, string>>;
};

/** Options of an import of a folder. */
export type RunOptions = Partial<Omit<ImportOptions, 'files' | 'result'>> & { readonly stdin?: string };

/** Imports `paths`, relative to `folder`, to a temporary folder. Paths in the output are relative to `folder` too. */
export async function runImport(
  folder: string,
  paths: readonly string[],
  { stdin = '', ...options }: RunOptions = {},
): Promise<Imported> {
  const out = await mkdtemp(join(tmpdir(), 'daybreak-import-'));
  const at = (path: string): string => (path === '-' ? path : join(folder, path));
  try {
    const ran = await capture(folder, stdin, async (streams) => {
      const told: ImportOptions = {
        ...NO_OPTIONS,
        ...options,
        files: paths.map(at),
        parametersFile: (options.parametersFile ?? []).map(at),
        outputs: (options.outputs ?? []).map(at),
        result: { to: 'folder', folder: out },
      };
      try {
        return await importFiles(told, streams, noClient);
      } catch (error) {
        const { exitCode, message, cause } = error as Error & { exitCode?: number };
        streams.stderr.write(
          `${message}${cause instanceof Error && !message.includes(cause.message) ? `: ${cause.message}` : ''}\n`,
        );
        return exitCode ?? -1;
      }
    });
    const names = await readdir(out);
    const files: Record<string, string> = {};
    for (const name of names.toSorted()) {
      files[name] = (await readFile(join(out, name), 'utf8')).replaceAll(`${folder}/`, '');
    }
    return { ...ran, stdout: ran.stdout.replaceAll(out, 'OUT'), files };
  } finally {
    await rm(out, { recursive: true });
  }
}

/** Does the same as `runImport`, with temporary files. A name may have folders. */
export async function importTexts(
  texts: Readonly<Record<string, string | Uint8Array>>,
  { paths = Object.keys(texts), ...options }: RunOptions & { readonly paths?: readonly string[] } = {},
): Promise<Imported> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-import-'));
  try {
    for (const [name, text] of Object.entries(texts)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await runImport(folder, paths, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Formats the whole result as one text for a golden file. */
export function wholeText({ code, stdout, stderr, files }: Imported): string {
  const parts = Object.entries(files).map(([name, text]) => `=== ${name}\n${text}`);
  return [`exit ${code}\n`, stdout, stderr === '' ? '' : `daybreak: ${stderr}`, ...parts].join('');
}

/** The options of a command line without flags. */
export const NO_OPTIONS: Omit<ImportOptions, 'files' | 'result'> = {
  from: undefined,
  parameter: [],
  parametersFile: [],
  outputs: [],
  mesh: undefined,
  account: undefined,
  region: undefined,
  maxFileSize: 16,
  report: undefined,
};

function noClient(): never {
  throw new Error('nothing is applied here');
}
