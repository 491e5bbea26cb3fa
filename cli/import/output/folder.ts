import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../../common/files/make-folder.ts';
import { QUESTIONS_FILE } from '../answers/questions.ts';
import { CommandError } from '../../errors.ts';
import { MARK, type OutputFile } from './files.ts';
import { errorCode } from '../../../common/error-code.ts';

/**
 * Writes files to a folder that is new, empty, or holds only files of an earlier import, which are replaced. The file of
 * questions stays, because it may hold answers.
 * @throws CommandError if the folder holds any other file, before anything is removed, or if it cannot be written
 */
export async function writeFolder(folder: string, files: readonly OutputFile[]): Promise<void> {
  const old = await ownFiles(folder);
  try {
    makeFolder(folder);
    for (const name of old) await rm(join(folder, name));
    for (const { name, text } of files) await writeFile(join(folder, name), text);
  } catch (error) {
    throw new CommandError(`${folder} cannot be written`, { cause: error });
  }
}

async function ownFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw new CommandError(`${folder} cannot be read`, { cause: error });
  });
  const old = names.filter((name) => name !== QUESTIONS_FILE);
  for (const name of old) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (text.startsWith(MARK)) continue;
    // `apply -f FOLDER` would apply that file too.
    throw new CommandError(`${join(folder, name)} is not a file of import; -o needs a new or empty folder`);
  }
  return old;
}
