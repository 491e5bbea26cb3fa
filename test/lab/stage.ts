import { constants } from 'node:fs';
import { access, chmod, copyFile, cp, mkdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sharedBundle } from './programs/shared-bundle.ts';
import type { Lab } from './lab.ts';
import { isOpenToAll } from './net/reach.ts';

/** Paths of programs that any user of a host can run. */
export type Stage = {
  readonly node: string;
  readonly envoy: string;
  /** The path of the command `daybreak`, to run with `node`. */
  readonly daybreak: string;
};

/**
 * Makes Node, Envoy and the bundled programs runnable for every user, above all uid 1337: in place or, if a folder above them is closed (a checkout
 * in root's home), as copies that are removed with the lab. `envoy`: default, the value of DAYBREAK_ENVOY.
 * @throws Error if there is no Envoy.
 */
export async function stage(
  lab: Lab,
  envoy: string | undefined = process.env['DAYBREAK_ENVOY'],
): Promise<Stage> {
  if (envoy === undefined || envoy === '') {
    throw new Error('DAYBREAK_ENVOY names no Envoy: `npm test` and `npm run demo` install one and set it');
  }
  await access(envoy, constants.X_OK).catch((cause: unknown) => {
    throw new Error(`DAYBREAK_ENVOY=${JSON.stringify(envoy)}: no program there`, { cause });
  });
  const { folder, daybreak } = await sharedBundle();
  const copies = join(lab.folder, 'programs');
  await mkdir(copies, { recursive: true });
  await chmod(copies, 0o755);
  return {
    node: await program(process.execPath, copies),
    envoy: await program(envoy, copies),
    daybreak: isOpenToAll(daybreak) ? daybreak : await copyOf(folder, copies, basename(daybreak)),
  };
}

async function program(path: string, copies: string): Promise<string> {
  const real = await realpath(path);
  if (isOpenToAll(real)) return real;
  // Several Envoys have the same name in different folders.
  const copy = join(copies, real.replaceAll('/', '_'));
  await copyFile(real, copy, constants.COPYFILE_FICLONE);
  await chmod(copy, 0o755);
  return copy;
}

async function copyOf(folder: string, copies: string, entry: string): Promise<string> {
  const copy = join(copies, 'dist');
  await cp(folder, copy, { recursive: true });
  return join(copy, entry);
}
