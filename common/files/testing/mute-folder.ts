import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Not the folder for temporary files: other tests look into all that is there, and would wait too. */
const PARENT = '/var/tmp';

/** A folder whose file system does not answer. */
export type MuteFolder = {
  readonly path: string;
  /** Removes the folder; calls that wait for it fail. */
  readonly remove: () => void;
};

/**
 * Mounts a FUSE file system behind which there is no program, as if the server of a network file system were away: calls on files in it do not
 * return. Returns undefined where this user cannot mount one.
 */
export function makeMuteFolder(): MuteFolder | undefined {
  let device: number;
  try {
    device = openSync('/dev/fuse', 'r+');
  } catch {
    return undefined;
  }
  const path = mkdtempSync(join(PARENT, 'daybreak-mute-'));
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
  const { status } = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'none', path], {
    stdio: ['ignore', 'ignore', 'ignore', device],
  });
  const remove = (): void => {
    spawnSync('umount', ['--lazy', path]);
    closeSync(device);
    rmdirSync(path);
  };
  if (status === 0) return { path, remove };
  remove();
  return undefined;
}
