import type { FiguresLine, LiveFigures } from '../../common/contracts/reports.ts';
import type { Line, MeshFigures } from './mesh-figures.ts';
import { RING, SLOT_MS } from './slots.ts';

/** The part of `LiveFigures` that comes from memory. */
export type ReadFigures = Pick<LiveFigures, 'times' | 'lines'>;

/**
 * Returns the figures from a slot on, up to the newest one that does not grow any more. Lines without a request in these slots are left
 * out. `wallMs` and `now`: the same moment by the wall clock and by the monotonic one; so a wall clock that jumps shifts all times together.
 */
export function readFigures(
  figures: MeshFigures,
  from: number,
  { wallMs, now }: { readonly wallMs: number; readonly now: number },
): ReadFigures {
  const { first, last } = figures.kept();
  const slots: number[] = [];
  for (let slot = Math.max(first, from); slot <= last; slot += 1) slots.push(slot);
  const lines = Array.from(figures.lines(), (line) => readLine(line, slots));
  return {
    times: slots.map((slot) => Math.round(wallMs - now + slot * SLOT_MS)),
    lines: lines.filter(hasTraffic),
  };
}

function readLine(line: Line, slots: readonly number[]): FiguresLine {
  const read = (array: Float32Array): readonly (number | null)[] =>
    slots.map((slot) =>
      (line.caller.reported[slot % RING] ?? 0) > 0 ? rounded(array[slot % RING] ?? 0) : null,
    );
  return {
    from: line.from,
    to: line.to,
    cluster: line.cluster,
    unit: line.unit,
    requests: read(line.requests),
    errors: read(line.errors),
    active: read(line.active),
  };
}

function hasTraffic({ requests, active }: FiguresLine): boolean {
  return requests.some(isSome) || active.some(isSome);
}

function isSome(value: number | null): boolean {
  return value !== null && value > 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
