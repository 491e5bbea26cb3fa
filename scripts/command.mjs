import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';

const OUTPUT_LIMIT = 1024 * 1024;
const TAIL_LINES = 25;
const KILL_AFTER_MS = 2000;

/**
 * Runs a command to its end. Returns its exit code and its output, stdout and stderr interleaved (the last MiB).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ seconds: number, signal?: AbortSignal, cwd?: string, env?: Record<string, string | undefined> }} options
 *   seconds: after these it is killed
 * @returns {Promise<{ code: number, output: string }>} code: 128 + n when signal n ended it, 127 when there is no such command
 */
export function attempt(command, args, { seconds, signal, cwd, env }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    let output = '';
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      // A separate process group, so that its children end with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const take = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-OUTPUT_LIMIT);
    };
    /** @type {NodeJS.Timeout | undefined} */
    let impatience;
    const stop = () => {
      killGroup(child, 'SIGTERM');
      // npm ignores SIGTERM while it works.
      impatience = setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MS);
    };
    const limit = setTimeout(() => {
      output += `\nstopped: not done after ${seconds} s\n`;
      killGroup(child, 'SIGKILL');
    }, seconds * 1000);
    signal?.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const settled = () => {
      clearTimeout(limit);
      clearTimeout(impatience);
      signal?.removeEventListener('abort', stop);
    };
    child.on('error', (error) => {
      settled();
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code, name) => {
      settled();
      if (signal?.aborted === true) reject(signal.reason);
      else resolve({ code: code ?? (name === 'SIGKILL' ? 137 : 143), output });
    });
  });
}

/**
 * Runs a command that must succeed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof attempt>[2]} options
 * @returns {Promise<string>} what it printed
 * @throws {SetupError} with the command and the end of what it printed
 */
export async function run(command, args, options) {
  const { code, output } = await attempt(command, args, options);
  if (code === 0) return output;
  const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  throw new SetupError(`exit ${code} from: ${[command, ...args].map(quoted).join(' ')}\n${tail}`);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function killGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The process has already ended.
  }
}

/** Quotes a word for a shell. @param {string} word */
export function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Returns every program called `name` on a PATH, in the order of the PATH.
 * @param {string} name
 * @param {string} path
 */
export function programs(name, path) {
  return path
    .split(':')
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .filter(isProgram);
}

/** @param {string} file */
export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
