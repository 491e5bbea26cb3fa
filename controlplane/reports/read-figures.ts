import type { FiguresLine, LiveFigures } from '../../common/contracts/reports.ts';
import { countOf, type Line, type MeshFigures, type Part } from './mesh-figures.ts';
import { RING, SLOT_MS } from './slots.ts';

/** The part of `LiveFigures` that comes from memory. */
export type ReadFigures = Pick<LiveFigures, 'times' | 'lines'>;

/**
 * Returns the figures from a slot on, up to the newest one that does not grow any more. `others`: those of other replicas, which are added. Lines without a request in these slots are left
 * out. `wallMs` and `now`: the same moment by the wall clock and by the monotonic one; so a wall clock that jumps shifts all times together.
 */
export function readFigures(
  figures: MeshFigures,
  others: MeshFigures,
  from: number,
  { wallMs, now }: { readonly wallMs: number; readonly now: number },
): ReadFigures {
  const { first, last } = figures.kept();
  const slots: number[] = [];
  for (let slot = Math.max(first, from); slot <= last; slot += 1) slots.push(slot);
  const foreign = new Map(Array.from(others.lines(), (line) => [keyOf(line), line]));
  const lines: FiguresLine[] = [];
  const add = (line: Line, other: Line | undefined): void => {
    if (hasTraffic(line, slots) || (other !== undefined && hasTraffic(other, slots)))
      lines.push(readLine(line, other, slots));
  };
  for (const line of figures.lines()) {
    const other = foreign.size === 0 ? undefined : foreign.get(keyOf(line));
    if (other !== undefined) foreign.delete(keyOf(line));
    add(line, other);
  }
  for (const line of foreign.values()) add(line, undefined);
  return {
    times: slots.map((slot) => Math.round(wallMs - now + slot * SLOT_MS)),
    lines,
  };
}

function keyOf({ from, cluster }: Line): string {
  return `${from.kind}/${from.name}/${cluster}`;
}

function hasTraffic(line: Line, slots: readonly number[]): boolean {
  return slots.some((slot) => countOf(line, 'requests', slot) > 0 || countOf(line, 'active', slot) > 0);
}

function readLine(line: Line, other: Line | undefined, slots: readonly number[]): FiguresLine {
  const read = (of: Part): readonly (number | null)[] =>
    slots.map((slot) => {
      const [own, foreign] = [valueAt(line, of, slot), other && valueAt(other, of, slot)];
      if (own === undefined && foreign === undefined) return null;
      return rounded((own ?? 0) + (foreign ?? 0));
    });
  return {
    from: line.from,
    to: line.to,
    cluster: line.cluster,
    unit: line.unit,
    requests: read('requests'),
    errors: read('errors'),
    active: read('active'),
  };
}

/** Undefined: no proxy of the caller reported in that slot. */
function valueAt(line: Line, part: Part, slot: number): number | undefined {
  return (line.caller.reported[slot % RING] ?? 0) > 0 ? countOf(line, part, slot) : undefined;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
