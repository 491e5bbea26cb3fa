import { spawn } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.mjs';
import { SetupError } from '../errors.mjs';

/** @import { Context } from '../context.mjs' */

const WAIT_SECONDS = 900;

/**
 * Installs a file or folder atomically: `fill` works in a folder of another name, and a rename gives the result its own name when it is
 * complete. An interruption leaves no incomplete folder under that name. A lock serializes two set-ups of one checkout.
 * @param {Context} context
 * @param {object} job
 * @param {string} job.what
 * @param {string} job.doing the text to show meanwhile
 * @param {string} job.target the path in the end; an earlier one is replaced
 * @param {() => Promise<boolean>} job.present whether the target is complete, asked again once the lock is held
 * @param {(folder: string) => Promise<string>} job.fill works in `folder`; returns the path in it that becomes `target`
 */
export async function installAtomically(context, { what, doing, target, present, fill }) {
  await mkdir(context.folder, { recursive: true });
  await context.progress.step(what, doing, () =>
    inTurn(context, async () => {
      if (await present()) return;
      const part = join(context.folder, 'part');
      await remove(part);
      await mkdir(part);
      try {
        const made = await fill(part);
        await giveToOwner(context, made);
        await swap(made, target, join(part, 'replaced'));
      } finally {
        await remove(part);
      }
    }),
  );
}

/**
 * Holds a lock while `work` runs, by default that of the checkout. The kernel releases the lock when this process ends in any way.
 * @param {Pick<Context, 'folder' | 'signal'>} context
 * @param {() => Promise<void>} work
 */
export async function inTurn({ folder, signal }, work, name = 'lock') {
  signal.throwIfAborted();
  const lock = join(folder, name);
  // Detached, so that a Ctrl-C does not end the holder of the lock before the clean-up.
  const holder = spawn('flock', ['--wait', String(WAIT_SECONDS), lock, 'sh', '-c', 'echo ours; cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  try {
    await new Promise((resolve, reject) => {
      const giveUp = () => {
        holder.kill();
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      holder.on('error', (cause) =>
        reject(new SetupError(`cannot lock ${lock}: ${cause.message}`, { cause })),
      );
      holder.on('exit', () =>
        reject(new SetupError(`another set-up of this checkout has held ${lock} for ${WAIT_SECONDS} s`)),
      );
      holder.stdout.once('data', () => {
        signal.removeEventListener('abort', giveUp);
        resolve(undefined);
      });
    });
    await work();
  } finally {
    holder.stdin.end();
  }
}

/** Under sudo, installed files belong to the owner of the checkout, who can then change them without sudo. */
async function giveToOwner(/** @type {Context} */ { root }, /** @type {string} */ path) {
  const { uid, gid } = await stat(root);
  if (process.getuid?.() !== 0 || uid === 0) return;
  await run('chown', ['-R', '--no-dereference', `${uid}:${gid}`, path, join(root, '.daybreak')], {
    seconds: 120,
  });
}

/**
 * @param {string} made
 * @param {string} target
 * @param {string} aside
 */
async function swap(made, target, aside) {
  await rename(target, aside).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(made, target);
}

/** @param {string} path */
function remove(path) {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}
