import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import { containersOf, valueOf } from '../task-definition.ts';

/** Seconds: the agent's default (docs/settings.md, LISTENER_DRAIN_WAIT_TIME_S). */
const DRAIN_S = 20;
/** Seconds from the end of the drain to the end of the container: Envoy's own exit, and the agent's. */
const MARGIN_S = 10;

/** Gives the Envoy container time to drain: `stopTimeout` is at least `LISTENER_DRAIN_WAIT_TIME_S` and ten seconds. */
export function setStopTimeout(draft: Draft, envoy: number): void {
  const { stopTimeout, environment } = containersOf(draft.definition())[envoy] ?? {};
  if (stopTimeout instanceof Open) return;
  const drain = drainSeconds(valueOf(environment, 'LISTENER_DRAIN_WAIT_TIME_S'));
  if (drain === undefined) return;
  const least = drain + MARGIN_S;
  if (typeof stopTimeout === 'number' && stopTimeout >= least) return;
  const reason = `a drain takes up to ${drain} s, and ECS kills the container after stopTimeout`;
  draft.set(['containerDefinitions', envoy, 'stopTimeout'], least, reason);
}

// Undefined for an invalid or open value, which other checks report.
function drainSeconds(value: unknown): number | undefined {
  if (value === undefined || value === '') return DRAIN_S;
  const seconds = typeof value === 'string' && /^\d{1,3}$/.test(value.trim()) ? Number(value) : undefined;
  return seconds !== undefined && seconds >= 5 && seconds <= 110 ? seconds : undefined;
}
