import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';

/** @import { Progress } from './progress.mjs' */

/**
 * The surroundings of a task of `npm run`.
 * @typedef {object} Context
 * @property {string} root the checkout
 * @property {string} folder `.daybreak` in it, which holds all installed programs except npm packages
 * @property {Progress} progress
 * @property {AbortSignal} signal aborts when the set-up is interrupted; a half-made folder is then removed
 * @property {Record<string, string | undefined>} env the environment of the program that the task runs
 * @property {() => void} settled stops the handling of signals: from now on they are for the program that the task runs
 */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * @param {Progress} progress
 * @returns {Context}
 */
export function createContext(progress) {
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
