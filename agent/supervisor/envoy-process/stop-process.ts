import { setTimeout as delay } from 'node:timers/promises';

/** The process to end. */
export type Ending<E> = {
  /** Sends a signal to the process. */
  readonly signal: (name: 'SIGTERM' | 'SIGKILL') => void;
  /** Resolves when the process has ended. */
  readonly exited: Promise<E>;
  /** How long the process has to end after SIGTERM, which usually takes milliseconds. Default: 5 s. */
  readonly stopLimitMs?: number | undefined;
  /** How long it has after SIGKILL. Default: 5 s. */
  readonly killLimitMs?: number;
};

const LIMIT_MS = 5000;

/** The exit of a process that waits in the kernel. */
const STUCK = { code: null, signal: 'SIGKILL', isStuck: true } as const;

/**
 * Ends a process by SIGTERM, and by SIGKILL after `stopLimitMs`. Gives it up after a further `killLimitMs`: a process that waits in the
 * kernel, as for a disk without an answer, ends when the wait does, and the agent's own stop must not last as long.
 */
export async function stopProcess<E extends object>({
  signal,
  exited,
  stopLimitMs = LIMIT_MS,
  killLimitMs = LIMIT_MS,
}: Ending<E>): Promise<E | typeof STUCK> {
  const over = new AbortController();
  const after = async (ms: number): Promise<undefined> =>
    delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    signal('SIGTERM');
    const exit = await Promise.race([exited, after(stopLimitMs)]);
    if (exit !== undefined) return exit;
    signal('SIGKILL');
    return (await Promise.race([exited, after(killLimitMs)])) ?? STUCK;
  } finally {
    over.abort();
  }
}
