import { coded } from '../codes.ts';
import { UNREACHABLE } from '../health.ts';
import type { EnvoyProcess, Exit } from './envoy-process/envoy-process.ts';
import type { Retiring } from './replace/retiring.ts';
import type { SharedState } from './shared-state.ts';
import { draining, hung } from './state.ts';
import type { SupervisorOptions } from './supervisor-options.ts';
import type { WatchEvent } from './watch-event.ts';

type Options = Pick<SupervisorOptions, 'drain' | 'isLive' | 'stop' | 'log'>;

/**
 * Stops an Envoy that hangs, or drains and stops it after a stop signal or for a restart. `over` aborts when its watch ends.
 */
export async function stopEnvoy(
  options: Options,
  shared: SharedState,
  retiring: Retiring,
  envoy: EnvoyProcess,
  event: WatchEvent,
  over: AbortSignal,
): Promise<Exit> {
  if (event.kind === 'silent' && 'health' in shared.state) {
    shared.hangs += 1;
    shared.state = hung(envoy.pid, shared.state.health);
    const seconds = Math.round(event.ms / 1000);
    options.log.error(
      coded('ENVOY_HUNG', { pid: envoy.pid, silentMs: event.ms }),
      `Envoy hangs: no answer for ${seconds} s; stopping it`,
    );
    return await envoy.stop();
  }
  await drainIfLive(options, shared, envoy, AbortSignal.any([options.stop.cutShort, over]));
  const exit = await envoy.stop();
  await retiring.stop();
  return exit;
}

/** An Envoy that was never LIVE has no connections to drain. */
async function drainIfLive(
  { drain, isLive, log }: Options,
  shared: SharedState,
  envoy: EnvoyProcess,
  cutShort: AbortSignal,
): Promise<void> {
  if (shared.state.kind !== 'running' && !(await isLive())) return;
  const { state } = shared;
  shared.state = draining(envoy.pid, 'health' in state ? state.health : UNREACHABLE);
  log.info({ pid: envoy.pid }, 'draining');
  const { how, ...left } = await Promise.race([
    drain(cutShort),
    envoy.exited.then(() => ({ how: 'Envoy exited' })),
  ]);
  log.info({ pid: envoy.pid, ...left }, `drained: ${how}`);
}
