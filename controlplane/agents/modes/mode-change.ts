import type { MtlsMode } from '../../model/daybreak-types.ts';

/**
 * A change of the mode of a virtual node that its proxies and callers have not finished: they change one after the other, so that no
 * connection fails. Meanwhile its proxies take plain text and mutual TLS.
 */
export type ModeChange = {
  readonly from: MtlsMode;
  readonly to: MtlsMode;
};

/**
 * Returns the change of a virtual node whose mode was set to `to`; undefined if proxies and callers need not wait for each other. `was`: the
 * mode before. `current`: the change that goes on already; some proxies still have the mode that it began with.
 */
export function nextChange(
  current: ModeChange | undefined,
  was: MtlsMode,
  to: MtlsMode,
): ModeChange | undefined {
  const from = current?.from ?? was;
  // From OFF, callers wait for the report of each instance in any case.
  return from === 'OFF' || from === to ? undefined : { from, to };
}

/**
 * Returns the change that an earlier process may not have finished. `modes`: those of the virtual node, one after the other, the current one
 * last. The earlier process may have finished some steps, so the last one counts even if it leads back.
 */
export function resumedChange(modes: readonly MtlsMode[]): ModeChange | undefined {
  let change: ModeChange | undefined;
  for (const [index, to] of modes.entries()) {
    const was = modes[index - 1];
    if (was === undefined || was === to) continue;
    change = nextChange(change, was, to) ?? nextChange(undefined, was, to);
  }
  return change;
}
