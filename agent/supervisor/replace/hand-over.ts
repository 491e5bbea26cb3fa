import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../../common/error-text.ts';
import { createBackoff } from '../../../xds/client/backoff.ts';
import { causeOfExit, type EndCause } from '../../endings/end-cause.ts';
import { aborted } from '../aborted.ts';
import type { EnvoyProcess, Exit } from '../envoy-process/envoy-process.ts';
import type { ReplacementFailure } from './replacement.ts';

/** Outcome of a hand-over. `isUntouched`: the next Envoy has taken nothing from the running one, which keeps its admin interface. */
export type HandOver =
  | { readonly kind: 'live'; readonly next: EnvoyProcess }
  | { readonly kind: 'failed'; readonly failure: ReplacementFailure; readonly isUntouched: boolean };

/** How the start of the next Envoy beside the running one ended. */
type Wait =
  | { readonly kind: 'live' }
  | { readonly kind: 'next ended'; readonly exit: Exit }
  | { readonly kind: 'previous ended' | 'not live in time' | 'stopped' };

/** Inputs of a hand-over. */
export type HandOverInput = {
  readonly previous: EnvoyProcess;
  /** Starts the next Envoy. */
  readonly start: () => Promise<EnvoyProcess>;
  readonly onStarted: (next: EnvoyProcess) => void;
  /** Finds out why the next Envoy ended, which has not served. */
  readonly explain: ((exit: Exit) => Promise<EndCause>) | undefined;
  /** Resolves with whether the next Envoy answers and is LIVE. */
  readonly isLive: () => Promise<boolean>;
  readonly limitMs: number;
  readonly stop: { readonly drain: AbortSignal; readonly cutShort: AbortSignal };
};

const FIRST_WAIT_MS = 30;
const LONGEST_WAIT_MS = 500;
/** How long a hand-over may still take after a stop signal: only an Envoy that is LIVE can be drained. */
const STOP_GRACE_MS = 5000;

/**
 * Starts the next Envoy beside the running one, and waits until it is LIVE. If that fails, no next Envoy is left; the running one is not
 * touched in any case. Never rejects.
 */
export async function handOver(input: HandOverInput): Promise<HandOver> {
  let next: EnvoyProcess;
  try {
    next = await input.start();
  } catch (error) {
    return { kind: 'failed', failure: { kind: 'cannot start', why: errorText(error) }, isUntouched: true };
  }
  input.onStarted(next);
  const outcome = await waitUntilLive(input, next);
  if (outcome.kind === 'live') return { kind: 'live', next };
  if (outcome.kind !== 'next ended') {
    await next.stop();
    return { kind: 'failed', failure: { kind: outcome.kind }, isUntouched: false };
  }
  const { exit } = outcome;
  const explained = input.stop.drain.aborted ? undefined : input.explain?.(exit);
  const cause = (await explained) ?? causeOfExit(exit, false);
  // An Envoy that could not be executed has not asked the running one for its admin interface.
  return {
    kind: 'failed',
    failure: { kind: 'ended', cause },
    isUntouched: cause.kind === 'cannot-execute',
  };
}

/** Waits until the next Envoy is LIVE, or one of the two ends, or a time limit passes. */
async function waitUntilLive(input: HandOverInput, next: EnvoyProcess): Promise<Wait> {
  const { previous, limitMs, stop } = input;
  const over = new AbortController();
  try {
    return await Promise.race([
      next.exited.then((exit): Wait => ({ kind: 'next ended', exit })),
      previous.exited.then((): Wait => ({ kind: 'previous ended' })),
      live(input.isLive, over.signal).then((): Wait => ({ kind: 'live' })),
      after(limitMs, over.signal).then((): Wait => ({ kind: 'not live in time' })),
      aborted(stop.cutShort, over.signal).then((): Wait => ({ kind: 'stopped' })),
      aborted(stop.drain, over.signal)
        .then(() => after(STOP_GRACE_MS, over.signal))
        .then((): Wait => ({ kind: 'stopped' })),
    ]);
  } finally {
    over.abort();
  }
}

/** Resolves when the next Envoy is LIVE; never after `over` aborts. */
async function live(isLive: () => Promise<boolean>, over: AbortSignal): Promise<void> {
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  while (!over.aborted) {
    if (await isLive()) return;
    await after(backoff.next(), over);
  }
}

/** Resolves after a time, or when `over` aborts. */
async function after(ms: number, over: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: over }).catch(() => undefined);
}
