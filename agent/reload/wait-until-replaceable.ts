import { setTimeout as delay } from 'node:timers/promises';
import type { Replaced, Replacement } from '../supervisor/replace/replacement.ts';
import type { Supervisor } from '../supervisor/supervisor-options.ts';
import { ReloadRefusal, type ReloadHow } from './reload-outcome.ts';

/** Inputs of the wait. `limitMs`: default two minutes, which an Envoy has to become LIVE. */
export type ReplaceableWait = {
  readonly supervisor: Pick<Supervisor, 'state' | 'isReplaceable'>;
  /** Aborts when the agent stops. */
  readonly stop: AbortSignal;
  readonly limitMs?: number;
};

const LIMIT_MS = 120_000;
const POLL_MS = 50;

/**
 * Waits while Envoy starts, or restarts, or the previous Envoy has not ended.
 * @throws ReloadRefusal `RELOAD_NOT_NOW` if the agent stops, or Envoy cannot be replaced within the limit
 */
export async function waitUntilReplaceable(
  { supervisor, stop, limitMs = LIMIT_MS }: ReplaceableWait,
  how: ReloadHow,
): Promise<void> {
  const until = performance.now() + limitMs;
  while (!supervisor.isReplaceable(how)) {
    const { kind } = supervisor.state();
    if (stop.aborted || kind === 'stopped' || performance.now() >= until) {
      throw new ReloadRefusal('RELOAD_NOT_NOW', `Envoy cannot be replaced while the supervisor is ${kind}`);
    }
    await delay(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Replaces Envoy as soon as possible: an Envoy that crashes again and again can be replaced only at certain moments. Never rejects. */
export async function replaceWhenPossible(
  {
    supervisor,
    stop,
    limitMs = LIMIT_MS,
  }: ReplaceableWait & { readonly supervisor: Pick<Supervisor, 'replace'> },
  wish: Replacement,
): Promise<Replaced> {
  const until = performance.now() + limitMs;
  for (;;) {
    try {
      await waitUntilReplaceable({ supervisor, stop, limitMs: until - performance.now() }, wish.how);
    } catch {
      return { kind: 'not now' };
    }
    const replaced = await supervisor.replace(wish);
    if (replaced.kind !== 'not now') return replaced;
  }
}
