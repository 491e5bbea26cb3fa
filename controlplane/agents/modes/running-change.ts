import type { NodeId } from '../draining.ts';
import type { ModeChange } from './mode-change.ts';
import type { ModeTimes } from './mode-times.ts';

/** A change of a virtual node that goes on. Times are by the monotonic clock, so that a clock that is set makes no change longer. */
export type RunningChange = {
  readonly node: NodeId;
  readonly change: ModeChange;
  readonly begun: number;
  /** The change does not end before this time, because proxies may not be connected yet. */
  readonly notBefore: number;
  /** Since when its proxies and callers have been settled; undefined if one is not. */
  readonly settledSince: number | undefined;
};

/** The result of a check. `overdue`: the change ends although a proxy did not answer. */
export type Checked =
  | { readonly state: 'running'; readonly running: RunningChange }
  | { readonly state: 'settled' }
  | { readonly state: 'overdue' };

/** Returns a change that begins `now`. */
export function beginChange(
  node: NodeId,
  change: ModeChange,
  { now, notBefore }: { readonly now: number; readonly notBefore: number },
): RunningChange {
  return { node, change, begun: now, notBefore, settledSince: undefined };
}

/** Checks a change at the time `now`. `isSettled`: whether all connected proxies and callers, at any replica, have the current configuration. */
export function checkChange(
  running: RunningChange,
  { now, isSettled }: { readonly now: number; readonly isSettled: boolean },
  times: Pick<ModeTimes, 'settled' | 'most'>,
): Checked {
  const settledSince = isSettled ? (running.settledSince ?? now) : undefined;
  const goesOn: Checked = { state: 'running', running: { ...running, settledSince } };
  if (now < running.notBefore) return goesOn;
  if (settledSince !== undefined && now - settledSince >= times.settled) return { state: 'settled' };
  return now - running.begun >= times.most ? { state: 'overdue' } : goesOn;
}
