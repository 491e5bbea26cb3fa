import type { FiguresLine, LiveFigures } from '../../common/contracts/reports.ts';
import type { Line, MeshFigures } from './mesh-figures.ts';
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
  const parts = new Map<string, Line[]>();
  for (const line of [...figures.lines(), ...others.lines()]) {
    const key = `${line.from.kind}/${line.from.name}/${line.cluster}`;
    parts.set(key, [...(parts.get(key) ?? []), line]);
  }
  const lines = Array.from(parts.values(), (each) => readLine(each, slots));
  return {
    times: slots.map((slot) => Math.round(wallMs - now + slot * SLOT_MS)),
    lines: lines.filter(hasTraffic),
  };
}

function readLine(parts: readonly Line[], slots: readonly number[]): FiguresLine {
  const [first] = parts;
  if (first === undefined) throw new Error('a line without parts');
  const read = (of: (line: Line) => Float32Array): readonly (number | null)[] =>
    slots.map((slot) => {
      const reported = parts.filter(({ caller }) => (caller.reported[slot % RING] ?? 0) > 0);
      if (reported.length === 0) return null;
      return rounded(reported.reduce((sum, line) => sum + (of(line)[slot % RING] ?? 0), 0));
    });
  return {
    from: first.from,
    to: first.to,
    cluster: first.cluster,
    unit: first.unit,
    requests: read((line) => line.requests),
    errors: read((line) => line.errors),
    active: read((line) => line.active),
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
