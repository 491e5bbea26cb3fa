import type { FiguresCaller } from '../../common/contracts/reports.ts';
import type { LineId } from './lines.ts';
import { KEPT_SLOTS, RING, type Portion } from './slots.ts';

/** Counts of one line in one report. */
export type Counts = { readonly requests: number; readonly errors: number; readonly active: number };

/** The counts of a line in each slot. */
export const PARTS = ['requests', 'errors', 'active'] as const;

/** One of the counts. */
export type Part = (typeof PARTS)[number];

/** A line with its figures: a ring of slots with `PARTS` of each. */
export type Line = LineId & { readonly caller: Caller; readonly counts: Float32Array };

/** How much of each slot the proxies of a caller have reported: 1 for each proxy that reported all of it. */
export type Caller = {
  readonly id: FiguresCaller;
  readonly reported: Float32Array;
  /** By their clusters. */
  readonly lines: Map<string, Line>;
};

/** The figures of one mesh, of the last 15 minutes at most. Its memory has a bound: some 2.6 kB for each of 4,000 lines. */
export type MeshFigures = {
  readonly caller: (id: FiguresCaller) => Caller | undefined;
  /** Returns the line; undefined if the mesh has too many. */
  readonly line: (caller: Caller, id: LineId) => Line | undefined;
  /** Opens the slots up to this one. Must be called before figures of it are added or read. */
  readonly advance: (slot: number) => void;
  readonly addReported: (caller: Caller, portions: readonly Portion[]) => void;
  readonly addCounts: (line: Line, counts: Counts, portions: readonly Portion[]) => void;
  readonly callers: () => Iterable<Caller>;
  readonly lines: () => Iterable<Line>;
  /** Lines that were asked for and had no room. */
  readonly leftOut: () => number;
  /** The first slot that has figures, or the oldest one that is kept; and the newest one that does not grow any more. */
  readonly kept: () => { readonly first: number; readonly last: number };
};

/** The most lines of a mesh: a node calls a few others, and the map groups its pieces beyond 2,000. */
export const MOST_LINES = 4000;

/** The most callers of a mesh. */
const MOST_CALLERS = 4000;

/** Returns a count of a line in a slot. */
export function countOf({ counts }: Line, part: Part, slot: number): number {
  return counts[(slot % RING) * PARTS.length + PARTS.indexOf(part)] ?? 0;
}

/** Creates figures without lines, that begin at a slot. */
export function createMeshFigures(since: number): MeshFigures {
  const callers = new Map<string, Caller>();
  const leftOut = new Set<string>();
  let count = 0;
  let current = since;

  function* lines(): Generator<Line> {
    for (const caller of callers.values()) yield* caller.lines.values();
  }

  return {
    caller(id) {
      const key = `${id.kind}/${id.name}`;
      const known = callers.get(key);
      if (known !== undefined || callers.size >= MOST_CALLERS) return known;
      const caller = { id, reported: new Float32Array(RING), lines: new Map() };
      callers.set(key, caller);
      return caller;
    },
    line(caller, id) {
      const known = caller.lines.get(id.cluster);
      if (known !== undefined) return known;
      if (count >= MOST_LINES) {
        if (leftOut.size < MOST_LINES) leftOut.add(`${id.from.kind}/${id.from.name}/${id.cluster}`);
        return undefined;
      }
      const line = { ...id, caller, counts: new Float32Array(RING * PARTS.length) };
      caller.lines.set(id.cluster, line);
      count += 1;
      return line;
    },
    advance(slot) {
      if (slot <= current) return;
      for (let each = Math.max(current + 1, slot - RING + 1); each <= slot; each += 1) {
        const at = each % RING;
        for (const { reported } of callers.values()) reported[at] = 0;
        for (const line of lines()) line.counts.fill(0, at * PARTS.length, (at + 1) * PARTS.length);
      }
      current = slot;
    },
    addReported({ reported }, portions) {
      for (const { slot, filled } of portions) add(reported, slot % RING, filled);
    },
    addCounts({ counts }, { requests, errors, active }, portions) {
      for (const { slot, share, filled } of portions) {
        const at = (slot % RING) * PARTS.length;
        add(counts, at, requests * share);
        add(counts, at + 1, errors * share);
        add(counts, at + 2, active * filled);
      }
    },
    callers: () => callers.values(),
    lines,
    leftOut: () => leftOut.size,
    kept: () => ({ first: Math.max(since, current - 1 - KEPT_SLOTS), last: current - 2 }),
  };
}

function add(array: Float32Array, at: number, value: number): void {
  array[at] = (array[at] ?? 0) + value;
}
