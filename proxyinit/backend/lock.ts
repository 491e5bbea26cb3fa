import { open } from 'node:fs/promises';
import { runCommand } from './command.ts';
import { lockFailed, lockTimeout, ProxyinitError } from '../errors.ts';

/** The namespace itself is what is locked: no file to make or leave, and the right scope whatever is mounted where. */
const LOCKED = '/proc/self/ns/net';

/**
 * Runs `work` while no other proxyinit works on this network namespace. iptables has no lock of its own on nft.
 * The lock is held by a descriptor, which `work` passes on to the programs that change rules: whoever kills proxyinit in the
 * middle of one, the next run waits until that one has ended.
 * @throws ProxyinitError when the lock is not free within `seconds`, or there is no `flock`
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

/** The lock belongs to the open file that `flock` shares with us, and stays when `flock` ends. */
async function take(descriptor: number, env: NodeJS.ProcessEnv, seconds: number): Promise<void> {
  // So that a lock that is free is taken even by those who do not want to wait.
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
