import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import type { Family } from './prometheus-text.ts';
import { createStatsDelta } from './stats-delta.ts';

/** Readings of the metrics extension's metrics, every minute. */
export type StatsSnapshots = {
  readonly delta: () => readonly Family[] | undefined;
  /** Call this when a new Envoy starts: it counts from zero. */
  readonly envoyStarts: () => void;
  readonly close: () => void;
};

const INTERVAL_MS = 60_000;

/** Starts to read. `read` is called again only when its last call has settled. */
export function startStatsSnapshots(
  read: () => Promise<readonly Family[]>,
  log: Log,
  intervalMs: number = INTERVAL_MS,
): StatsSnapshots {
  const metrics = createStatsDelta();
  let envoys = 0;
  let isReading = false;

  async function take(): Promise<void> {
    if (isReading) return;
    isReading = true;
    const envoy = envoys;
    try {
      const families = await read();
      if (envoy === envoys) metrics.add(families);
    } catch (error) {
      log.warn({ reason: errorText(error) }, 'cannot read the statistics for `delta`; the last ones stay');
    }
    isReading = false;
  }

  const timer = setInterval(() => void take(), intervalMs).unref();
  return {
    delta: () => metrics.delta(),
    envoyStarts() {
      envoys += 1;
      metrics.reset();
    },
    close: () => clearInterval(timer),
  };
}
