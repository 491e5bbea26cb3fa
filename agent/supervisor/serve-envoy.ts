import { causeOfExit, type EndCause } from '../endings/end-cause.ts';
import type { EnvoyProcess, Exit } from './envoy-process/envoy-process.ts';
import { replaceHot } from './replace/replace-hot.ts';
import { failed } from './replace/replacement.ts';
import type { Retiring } from './replace/retiring.ts';
import type { SharedState } from './shared-state.ts';
import { stopEnvoy } from './stop-envoy.ts';
import type { SupervisorOptions } from './supervisor-options.ts';
import { watchEnvoy } from './watch-envoy.ts';
import type { Asked, Served, WatchEvent } from './watch-event.ts';
import type { Wishes } from './replace/wishes.ts';

/** The options and the state that the parts of one supervisor share. */
export type Parts = {
  readonly options: SupervisorOptions & { readonly hangMs: number; readonly handOverMs: number };
  readonly shared: SharedState;
  readonly wishes: Wishes;
  readonly retiring: Retiring;
};

/**
 * Watches an Envoy, and those that take over from it, until the last one ends or was stopped, or is left to another agent. Answers `trial` once it
 * is LIVE or has ended.
 */
export async function serveEnvoy(
  parts: Parts,
  first: EnvoyProcess,
  trial: Asked | undefined,
): Promise<Served | 'left'> {
  const { options, shared, wishes, retiring } = parts;
  let envoy = first;
  for (;;) {
    const over = new AbortController();
    const { event, watching } = await watchEnvoy(options, shared, wishes, envoy, over.signal, trial);
    if (event.kind === 'asked' && event.asked.wish.how === 'hot restart') {
      over.abort();
      await watching;
      envoy = await replaceHot(options, shared, retiring, envoy, event.asked);
      continue;
    }
    if (event.kind === 'left') {
      over.abort();
      await watching;
      return 'left';
    }
    const liveMs = liveTime(shared, event);
    const wasLive = shared.state.kind !== 'starting';
    const exit =
      event.kind === 'ended'
        ? event.exit
        : await stopEnvoy(options, shared, retiring, envoy, event, over.signal);
    over.abort();
    await watching;
    const cause = await causeOf(options, exit, event, wasLive);
    const isLate = event.kind === 'late';
    if (!wasLive) trial?.answer(failed(isLate ? { kind: 'not live in time' } : { kind: 'ended', cause }));
    const asked = event.kind === 'asked' ? { asked: event.asked } : {};
    return { pid: envoy.pid, exit: { ...exit, cause }, liveMs, isLate, ...asked };
  }
}

/** Returns how long Envoy was LIVE and answered, in milliseconds; 0 if it never was. */
function liveTime({ state, liveFrom }: SharedState, event: WatchEvent): number {
  const silentMs = event.kind === 'silent' ? event.ms : 0;
  const hasServed = state.kind === 'running' || state.kind === 'without-admin';
  return hasServed ? Math.max(1, performance.now() - liveFrom - silentMs) : 0;
}

/** After a stop signal, the end needs no explanation, and a second signal must not wait for one. */
async function causeOf(
  { stop, explain }: SupervisorOptions,
  exit: Exit,
  event: WatchEvent,
  wasLive: boolean,
): Promise<EndCause> {
  const hasHung = event.kind === 'silent';
  const isWanted = stop.drain.aborted || event.kind === 'asked' || event.kind === 'late';
  const explained = isWanted ? undefined : explain?.(exit, hasHung, wasLive);
  return (await explained) ?? causeOfExit(exit, hasHung);
}
