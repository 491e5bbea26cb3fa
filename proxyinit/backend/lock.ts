import { open } from 'node:fs/promises';
import { runCommand } from './command.ts';
import { lockFailed, lockTimeout, ProxyinitError } from '../errors.ts';

/** The lock is on the network namespace itself: no lock file is needed, and its scope is correct in any mount namespace. */
const LOCKED = '/proc/self/ns/net';

/**
 * Runs `work` while no other proxyinit changes this network namespace; iptables has no lock for nft. `work` passes the descriptor that
 * holds the lock to the programs that change rules, so if proxyinit is killed, the next run waits until such a program has ended.
 * @throws ProxyinitError if the lock is not free within `seconds`, or there is no `flock`
 */
export async function withLock<T>(
  env: NodeJS.ProcessEnv,
  seconds: number,
  work: (descriptor: number) => Promise<T>,
): Promise<T> {
  const held = await open(LOCKED);
  try {
    await take(held.fd, env, seconds);
    return await work(held.fd);
  } finally {
    await held.close();
  }
}

/** Takes the lock. It belongs to the open file, which `flock` shares with this process, so it stays when `flock` ends. */
async function take(descriptor: number, env: NodeJS.ProcessEnv, seconds: number): Promise<void> {
  // At least a second, so that even a run that does not wait can take a free lock.
  const limit = Math.max(seconds, 1);
  try {
    const { code, said } = await runCommand('flock', [...(seconds === 0 ? ['-n'] : []), '3'], {
      env,
      seconds: limit,
      inherit: descriptor,
    });
    if (code === 0) return;
    if (seconds === 0 && code === 1) throw lockTimeout(seconds);
    throw lockFailed(LOCKED, said);
  } catch (error) {
    if (error instanceof ProxyinitError && error.code === 'COMMAND_TIMEOUT') throw lockTimeout(seconds);
    throw error;
  }
}
