import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { errorText } from '../../common/error-text.ts';

/** Creates a folder of mode 0700 if it is missing, but not its parent. Returns why this user cannot keep files there, or undefined if it can. */
export async function folderProblem(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
