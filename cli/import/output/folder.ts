import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QUESTIONS_FILE } from '../answers/questions.ts';
import { CommandError } from '../../errors.ts';
import { MARK, type OutputFile } from './files.ts';

/**
 * Writes files to a folder that is new, is empty, or holds only what import wrote before: that is replaced. The questions
 * stay, because there may be answers in them.
 * @throws CommandError where something else is in it, or it cannot be written: nothing is removed before all is known
 */
export async function writeFolder(folder: string, files: readonly OutputFile[]): Promise<void> {
  const old = await ownFiles(folder);
  try {
    await mkdir(folder, { recursive: true });
    for (const name of old) await rm(join(folder, name));
    for (const { name, text } of files) await writeFile(join(folder, name), text);
  } catch (error) {
    throw new CommandError(`${folder} cannot be written`, { cause: error });
  }
}

async function ownFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw new CommandError(`${folder} cannot be read`, { cause: error });
  });
  const old = names.filter((name) => name !== QUESTIONS_FILE);
  for (const name of old) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (text.startsWith(MARK)) continue;
    // What stands there would be applied together with the rest.
    throw new CommandError(`${join(folder, name)} is not of import: it writes to a new or an empty folder`);
  }
  return old;
}
