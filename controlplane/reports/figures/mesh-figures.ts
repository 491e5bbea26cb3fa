import type { FiguresCaller } from '../../../common/contracts/reports.ts';
import type { LineId } from '../lines.ts';
import { createRows } from './rows.ts';
import { KEPT_SLOTS, type Portion } from './slots.ts';
import { createSlotTable, type SlotTable } from './slot-table.ts';

/** Counts of one line in one report. */
export type Counts = { readonly requests: number; readonly errors: number; readonly active: number };

/** The counts of a line in each slot. */
export const PARTS = ['requests', 'errors', 'active'] as const;

/** One of the counts. */
export type Part = (typeof PARTS)[number];

/** A line of a mesh. `row`: of its counts; -1 while it has none and another line needs the room. */
export type Line = LineId & { caller: Caller; row: number };

/** A caller with its lines, by their clusters. `row`: of what its proxies have reported; -1 as for a line. */
export type Caller = { readonly id: FiguresCaller; row: number; readonly lines: Map<string, Line> };

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

/**
 * Creates figures without lines, that begin at a slot. When a mesh has as many lines as it may have, those without traffic in all kept slots
 * make room: virtual nodes come and go while a mesh is watched for days. Agents may go on to report such a line; it takes a row again.
 */
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
  let current = since;
  const turn = (): number => current;
  const isEmpty = ({ row }: Line): boolean => PARTS.every((part) => counts[part].isEmpty(row));
  const lineRows = createRows<Line>({
    most: MOST_LINES,
    turn,
    isEmpty,
    onLost: ({ caller, cluster }) => caller.lines.delete(cluster),
  });
  const callerRows = createRows<Caller>({
    most: MOST_CALLERS,
    turn,
    isEmpty: ({ row, lines }) => reported.isEmpty(row) && [...lines.values()].every(isEmpty),
    onLost({ id, lines }) {
      callers.delete(keyOf(id));
      for (const line of lines.values()) lineRows.release(line);
      lines.clear();
    },
  });

  /** Returns the caller that has the row; undefined if there is no room. */
  function callerIn(caller: Caller): Caller | undefined {
    if (caller.row >= 0) return caller;
    const known = callers.get(keyOf(caller.id));
    if (known !== undefined) return known;
    if (!callerRows.take(caller)) return undefined;
    callers.set(keyOf(caller.id), caller);
    return caller;
  }

  /** Returns the line that has the row; undefined if there is no room. */
  function lineIn(line: Line): Line | undefined {
    if (line.row >= 0) return line;
    const caller = callerIn(line.caller);
    const known = caller?.lines.get(line.cluster);
    if (caller === undefined || known !== undefined) return known;
    if (!lineRows.take(line)) {
      if (leftOut.size < MOST_LINES) leftOut.add(`${keyOf(line.from)}/${line.cluster}`);
      return undefined;
    }
    line.caller = caller;
    caller.lines.set(line.cluster, line);
    return line;
  }

  return {
    caller: (id) => callers.get(keyOf(id)) ?? callerIn({ id, row: -1, lines: new Map() }),
    find: (id) => callers.get(keyOf(id)),
    line: (caller, id) => caller.lines.get(id.cluster) ?? lineIn({ ...id, caller, row: -1 }),
    advance(slot) {
      if (slot <= current) return;
      for (const table of tables) table.advance(slot);
      current = slot;
    },
    addReported(caller, portions) {
      const row = callerIn(caller)?.row;
      if (row === undefined) return;
      for (const { slot, filled } of portions) reported.add(row, slot, filled, callerRows.count());
    },
    addCounts(line, { requests, errors, active }, portions) {
      if (requests + errors + active === 0) return;
      const row = lineIn(line)?.row;
      if (row === undefined) return;
      const rows = lineRows.count();
      for (const { slot, share, filled } of portions) {
        counts.requests.add(row, slot, requests * share, rows);
        counts.errors.add(row, slot, errors * share, rows);
        counts.active.add(row, slot, active * filled, rows);
      }
    },
    reported: ({ row }, slot) => reported.get(row, slot),
    count: ({ row }, part, slot) => counts[part].get(row, slot),
    callers: () => callers.values(),
    *lines() {
      for (const caller of callers.values()) yield* caller.lines.values();
    },
    leftOut: () => leftOut.size,
    kept: () => ({ first: Math.max(since, current - 1 - KEPT_SLOTS), last: current - 2 }),
    bytes: () => tables.reduce((sum, table) => sum + table.bytes(), 0),
  };
}

function keyOf({ kind, name }: FiguresCaller): string {
  return `${kind}/${name}`;
}
