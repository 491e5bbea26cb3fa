import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lockTimeout, programMissing } from './errors.ts';

/** The namespace itself is what is locked: no file to make or leave, and the right scope whatever is mounted where. */
const LOCKED = '/proc/self/ns/net';

/**
 * Runs `work` while no other proxyinit works on this network namespace. iptables has no lock of its own on nft.
 * A child process holds the lock and lets go when our end of its stdin closes, so a killed proxyinit never leaves it locked.
 * @throws ProxyinitError when the lock is not free within `seconds`, or there is no `flock`.
 */
export async function withLock<T>(
  env: NodeJS.ProcessEnv,
  seconds: number,
  work: () => Promise<T>,
): Promise<T> {
  const holder = spawn('flock', [LOCKED, 'sh', '-c', 'echo locked; exec cat'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close').catch((cause: unknown) => {
    throw programMissing('flock', cause);
  });
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  try {
    await Promise.race([once(holder.stdout, 'data', { signal: limit.signal }), ended.then(refused)]);
    clearTimeout(timer);
    return await work();
  } catch (error) {
    if (limit.signal.aborted) throw lockTimeout(seconds);
    throw error;
  } finally {
    clearTimeout(timer);
    holder.stdin.destroy();
    if (limit.signal.aborted) holder.kill();
    await ended.catch(() => undefined);
  }
}

function refused(): never {
  throw programMissing('flock', undefined);
}
