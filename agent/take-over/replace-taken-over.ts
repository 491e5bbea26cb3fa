import { setTimeout as delay } from 'node:timers/promises';
import type { Reload } from '../reload/reload.ts';
import { isRunning } from './process-start.ts';
import type { TakenOver } from './take-over.ts';

/** The longest drain, with a margin, in milliseconds. */
const LIMIT_MS = 130_000;
const POLL_MS = 100;

/**
 * Replaces an Envoy that was taken over by one of this agent's own: by a hot restart or, if their versions of it differ, by a restart, which
 * drains. After any other refusal or failure, the Envoy that was taken over serves on, and the status says why. Never rejects.
 */
export async function replaceTakenOver(
  reload: Pick<Reload, 'request'>,
  { retiring }: Pick<TakenOver, 'retiring'>,
): Promise<void> {
  // An Envoy that is replaced would end its predecessor at once.
  const until = performance.now() + LIMIT_MS;
  while (retiring.some(isRunning) && performance.now() < until)
    await delay(POLL_MS, undefined, { ref: false });
  const outcome = await reload.request('hot restart');
  if (outcome.kind === 'refused' && outcome.code === 'HOT_RESTART_VERSION') await reload.request('restart');
}
