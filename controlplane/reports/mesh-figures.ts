import type { FiguresCaller } from '../../common/contracts/reports.ts';
import type { LineId } from './lines.ts';
import { KEPT_SLOTS, type Portion } from './slots.ts';
import { createSlotTable, type SlotTable } from './slot-table.ts';

/** Counts of one line in one report. */
export type Counts = { readonly requests: number; readonly errors: number; readonly active: number };

/** The counts of a line in each slot. */
export const PARTS = ['requests', 'errors', 'active'] as const;

/** One of the counts. */
export type Part = (typeof PARTS)[number];

/** A line of a mesh. `row`: of its counts. */
export type Line = LineId & { readonly caller: Caller; readonly row: number };

/** A caller with its lines, by their clusters. `row`: of what its proxies have reported. */
export type Caller = { readonly id: FiguresCaller; readonly row: number; readonly lines: Map<string, Line> };

/** The figures of one mesh, of the last 15 minutes at most. Its memory has a bound: some 2.7 kB for each of 4,000 lines. */
export type MeshFigures = {
  readonly caller: (id: FiguresCaller) => Caller | undefined;
  /** Returns a caller that has figures; undefined if it has none. */
  readonly find: (id: FiguresCaller) => Caller | undefined;
  /** Returns the line; undefined if the mesh has too many. */
  readonly line: (caller: Caller, id: LineId) => Line | undefined;
  /** Opens the slots up to this one. Must be called before figures of it are added or read. */
  readonly advance: (slot: number) => void;
  readonly addReported: (caller: Caller, portions: readonly Portion[]) => void;
  readonly addCounts: (line: Line, counts: Counts, portions: readonly Portion[]) => void;
  /** How much of a slot the proxies of a caller have reported: 1 for each proxy that reported all of it. */
  readonly reported: (caller: Caller, slot: number) => number;
  /** A count of a line in a slot. */
  readonly count: (line: Line, part: Part, slot: number) => number;
  readonly callers: () => Iterable<Caller>;
  readonly lines: () => Iterable<Line>;
  /** Lines that were asked for and had no room. */
  readonly leftOut: () => number;
  /** The first slot that has figures, or the oldest one that is kept; and the newest one that does not grow any more. */
  readonly kept: () => { readonly first: number; readonly last: number };
  /** The bytes of the numbers. */
  readonly bytes: () => number;
};

/** The most lines of a mesh: a node calls a few others, and the map groups its pieces beyond 2,000. */
export const MOST_LINES = 4000;

/** The most callers of a mesh. */
const MOST_CALLERS = 4000;

/** Creates figures without lines, that begin at a slot. */
export function createMeshFigures(since: number): MeshFigures {
  const callers = new Map<string, Caller>();
  const leftOut = new Set<string>();
  const reported = createSlotTable(since);
  const counts: Readonly<Record<Part, SlotTable>> = {
    requests: createSlotTable(since),
    errors: createSlotTable(since),
    active: createSlotTable(since),
  };
  const tables = [reported, ...Object.values(counts)];
  let count = 0;
  let current = since;

  function* lines(): Generator<Line> {
    for (const caller of callers.values()) yield* caller.lines.values();
  }

  return {
    caller(id) {
      const key = keyOf(id);
      const known = callers.get(key);
      if (known !== undefined || callers.size >= MOST_CALLERS) return known;
      const caller = { id, row: callers.size, lines: new Map() };
      callers.set(key, caller);
      return caller;
    },
    find: (id) => callers.get(keyOf(id)),
    line(caller, id) {
      const known = caller.lines.get(id.cluster);
      if (known !== undefined) return known;
      if (count >= MOST_LINES) {
        if (leftOut.size < MOST_LINES) leftOut.add(`${keyOf(id.from)}/${id.cluster}`);
        return undefined;
      }
      const line = { ...id, caller, row: count };
      caller.lines.set(id.cluster, line);
      count += 1;
      return line;
    },
    advance(slot) {
      if (slot <= current) return;
      for (const table of tables) table.advance(slot);
      current = slot;
    },
    addReported({ row }, portions) {
      for (const { slot, filled } of portions) reported.add(row, slot, filled, callers.size);
    },
    addCounts({ row }, { requests, errors, active }, portions) {
      for (const { slot, share, filled } of portions) {
        counts.requests.add(row, slot, requests * share, count);
        counts.errors.add(row, slot, errors * share, count);
        counts.active.add(row, slot, active * filled, count);
      }
    },
    reported: ({ row }, slot) => reported.get(row, slot),
    count: ({ row }, part, slot) => counts[part].get(row, slot),
    callers: () => callers.values(),
    lines,
    leftOut: () => leftOut.size,
    kept: () => ({ first: Math.max(since, current - 1 - KEPT_SLOTS), last: current - 2 }),
    bytes: () => tables.reduce((sum, table) => sum + table.bytes(), 0),
  };
}

function keyOf({ kind, name }: FiguresCaller): string {
  return `${kind}/${name}`;
}
