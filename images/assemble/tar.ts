import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';

/** Folders below a layer that belong to the user daybreak; all else belongs to root. */
const OWNED = ['var/lib/daybreak', 'var/lib/daybreak-agent'];
const DAYBREAK_UID = 1337;

/**
 * Writes the contents of `folder` as a tar file, the same bytes for the same contents: sorted names, one time for all files
 * (`epoch`, in seconds), numbers for owners.
 * @returns its SHA-256
 */
export async function tarFolder(folder: string, file: string, epoch: number): Promise<string> {
  const same = ['--sort=name', `--mtime=@${epoch}`, '--numeric-owner', '--format=gnu', '--directory', folder];
  const env = { LC_ALL: 'C' };
  const others = OWNED.map((path) => `--exclude=./${path}`);
  await execa('tar', ['--create', '--file', file, ...same, '--owner=0', '--group=0', ...others, '.'], {
    env,
  });
  const owner = [`--owner=${DAYBREAK_UID}`, `--group=${DAYBREAK_UID}`];
  const { stdout } = await execa('find', OWNED, { cwd: folder, reject: false });
  const present = OWNED.filter((path) => stdout.split('\n').includes(path));
  if (present.length > 0)
    await execa('tar', ['--append', '--file', file, ...same, ...owner, ...present], { env });
  return sha256(file);
}

/** Returns the SHA-256 of a file, in hexadecimal digits. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
