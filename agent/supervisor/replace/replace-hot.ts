import type { EnvoyProcess } from '../envoy-process/envoy-process.ts';
import { handOver } from './hand-over.ts';
import type { Retiring } from './retiring.ts';
import type { SharedState } from '../shared-state.ts';
import { handingOver, takenOver, withoutAdmin } from '../state.ts';
import type { SupervisorOptions } from '../supervisor-options.ts';
import type { Asked } from '../watch-event.ts';

type Options = Pick<
  SupervisorOptions,
  'explain' | 'isLive' | 'isEpochLive' | 'onServing' | 'stop' | 'log'
> & {
  readonly handOverMs: number;
};

/** Starts the next Envoy beside the running one. Returns the one that serves afterwards. Answers once that is known. */
export async function replaceHot(
  options: Options,
  shared: SharedState,
  retiring: Retiring,
  envoy: EnvoyProcess,
  { wish, answer }: Asked,
): Promise<EnvoyProcess> {
  if (shared.state.kind !== 'running') {
    answer({ kind: 'not now' });
    return envoy;
  }
  const before = shared.state;
  const epoch = shared.epoch + 1;
  const { explain, isEpochLive = () => options.isLive(), log } = options;
  const outcome = await handOver({
    previous: envoy,
    start: () => wish.start(epoch),
    onStarted(next) {
      shared.state = handingOver(before, next.pid);
      log.info({ pid: next.pid, previous: envoy.pid, epoch }, 'started the next Envoy');
    },
    explain: explain && ((exit) => explain(exit, false, false)),
    isLive: () => isEpochLive(epoch),
    limitMs: options.handOverMs,
    stop: options.stop,
  });
  if (outcome.kind === 'failed') {
    shared.state = outcome.isUntouched ? before : withoutAdmin(before);
    answer(outcome);
    return envoy;
  }
  const { next } = outcome;
  shared.epoch = epoch;
  shared.state = takenOver(next.pid, before);
  shared.liveFrom = performance.now();
  log.info({ pid: next.pid, previous: envoy.pid, epoch }, 'the next Envoy is LIVE and has taken over');
  options.onServing?.(next.pid, epoch);
  answer({ kind: 'live', epoch, over: retiring.begin(envoy) });
  return next;
}
