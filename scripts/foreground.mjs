import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @import { Context } from './context.mjs' */

/**
 * Runs a program as if it had been called by hand: it uses our terminal and receives our signals. Returns its exit code (128 + n when
 * signal n ended it).
 * @param {Context} context
 * @param {string} command found on the task's PATH
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export function foreground({ env, settled }, command, args) {
  settled();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: 'inherit' });
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    process.on('SIGINT', awaitChild).on('SIGTERM', pass).on('SIGHUP', pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', awaitChild).off('SIGTERM', pass).off('SIGHUP', pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** A terminal sends Ctrl-C to the child itself: it cleans up, and this process waits for it. */
function awaitChild() {}
