import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';

/** @import { Progress } from './progress.mjs' */

/**
 * Where the set-up works, and what it hands on.
 * @typedef {object} Workshop
 * @property {string} root the checkout
 * @property {string} folder `.daybreak` in it, where everything goes that is not an npm package
 * @property {Progress} progress
 * @property {AbortSignal} signal aborts when the set-up is interrupted: what is half done is then taken away again
 * @property {Record<string, string | undefined>} env the environment of what is run in the end
 * @property {() => void} settled from now on signals are the business of the program that is run
 */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * @param {Progress} progress
 * @returns {Workshop}
 */
export function createWorkshop(progress) {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
  const interrupted = new AbortController();
  const listeners = Object.entries(EXIT_CODES).map(([name, exitCode]) => {
    const listener = () => interrupted.abort(new SetupError(`interrupted by ${name}`, { exitCode }));
    process.on(name, listener);
    return /** @type {const} */ ([name, listener]);
  });
  const env = {
    ...process.env,
    // The project's Node first; and the folders of ip and iptables, which a user's PATH often lacks.
    PATH: [join(root, 'node_modules/.bin'), process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(':'),
  };
  return {
    root,
    folder: join(root, '.daybreak'),
    progress,
    signal: interrupted.signal,
    env,
    settled: () => listeners.forEach(([name, listener]) => process.removeListener(name, listener)),
  };
}
