import type { Health } from '../health.ts';
import { aborted } from './aborted.ts';
import type { EnvoyProcess } from './envoy-process/envoy-process.ts';
import { createHangWatch } from './envoy-process/hang.ts';
import type { SharedState } from './shared-state.ts';
import { withHealth } from './state.ts';
import type { SupervisorOptions } from './supervisor-options.ts';
import type { Asked, WatchEvent } from './watch-event.ts';
import type { Wishes } from './replace/wishes.ts';

type Options = Pick<SupervisorOptions, 'watch' | 'stop' | 'leave' | 'onServing' | 'log'> & {
  readonly hangMs: number;
  readonly handOverMs: number;
};

/** The end of a watch. `watching` resolves when its polls have ended, after `over` aborted. */
export type Watched = { readonly event: WatchEvent; readonly watching: Promise<void> };

/**
 * Watches an Envoy until it ends, hangs, or has to be stopped or replaced. Answers `trial` once Envoy is LIVE, and gives it `handOverMs`
 * for that.
 */
export async function watchEnvoy(
  options: Options,
  shared: SharedState,
  wishes: Wishes,
  envoy: EnvoyProcess,
  over: AbortSignal,
  trial: Asked | undefined,
): Promise<Watched> {
  const { log, stop, leave, onServing } = options;
  const hanging = Promise.withResolvers<WatchEvent>();
  const late = Promise.withResolvers<WatchEvent>();
  const open = wishes.open();
  const timer = setTimeout(() => {
    if (trial !== undefined && shared.state.kind === 'starting') late.resolve({ kind: 'late' });
  }, options.handOverMs);
  const hangWatch = createHangWatch(options.hangMs);
  const report = (health: Health): void => {
    const next = withHealth(shared.state, health);
    if (shared.state.kind === 'starting' && next.kind === 'running') {
      shared.liveFrom = performance.now();
      log.info({ pid: envoy.pid }, 'Envoy is LIVE');
      onServing?.(envoy.pid, shared.epoch);
      trial?.answer({ kind: 'live', epoch: shared.epoch, over: Promise.resolve() });
    }
    shared.state = next;
    const ms = hangWatch(health.isSilent);
    if (next.kind === 'running' && ms !== undefined) hanging.resolve({ kind: 'silent', ms });
  };
  // Without its admin interface, there is nothing to watch but the process.
  const watching = shared.state.kind === 'without-admin' ? Promise.resolve() : options.watch(over, report);
  const event = await Promise.race<WatchEvent>([
    envoy.exited.then((exit) => ({ kind: 'ended', exit })),
    hanging.promise,
    open.asked.then((asked) => ({ kind: 'asked', asked })),
    late.promise,
    ...(leave === undefined ? [] : [aborted(leave, over).then((): WatchEvent => ({ kind: 'left' }))]),
    aborted(stop.drain, over).then(() => ({ kind: 'stop' })),
  ]);
  clearTimeout(timer);
  open.close(event.kind === 'asked');
  return { event, watching };
}
