import { setTimeout as delay } from 'node:timers/promises';
import type { EnvoyProcess, Exit } from '../supervisor/envoy-process/envoy-process.ts';
import { stopProcess } from '../supervisor/envoy-process/stop-process.ts';
import type { Guard } from './guard.ts';
import { isRunning, signalProcess, type ProcessIdentity } from './process-start.ts';

const POLL_MS = 100;
const STOP_LIMIT_MS = 5000;

/** The exit of a process that is not a child of this one: its code and signal are not known. */
const UNSEEN: Exit = { code: null, signal: null };

/** Returns the handle of an Envoy that another agent started. The handle polls for its end. */
export function adoptedEnvoy(identity: ProcessIdentity, guard: Guard): EnvoyProcess {
  const ended = Promise.withResolvers<Exit>();
  const timer = setInterval(() => {
    if (isRunning(identity)) return;
    clearInterval(timer);
    guard.release();
    ended.resolve(UNSEEN);
  }, POLL_MS);
  timer.unref();
  return {
    pid: identity.pid,
    exited: ended.promise,
    stop: async () => stopProcess({ signal: (name) => signalProcess(identity, name), exited: ended.promise }),
  };
}

/** Ends a process: SIGTERM, and SIGKILL after five seconds. Resolves when it has ended, or cannot be ended. */
export async function endProcess(identity: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!signalProcess(identity, signal)) return;
    const until = performance.now() + STOP_LIMIT_MS;
    while (isRunning(identity) && performance.now() < until) await delay(POLL_MS);
  }
}
