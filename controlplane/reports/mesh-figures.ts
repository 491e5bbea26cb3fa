import type { FiguresCaller } from '../../common/contracts/reports.ts';
import type { LineId } from './lines.ts';
import { KEPT_SLOTS, RING, type Portion } from './slots.ts';

/** Counts of one line in one report. */
export type Counts = { readonly requests: number; readonly errors: number; readonly active: number };

/** A line with its figures, in a ring of slots. */
export type Line = LineId & {
  readonly caller: Caller;
  readonly requests: Float32Array;
  readonly errors: Float32Array;
  readonly active: Float32Array;
};

/** How much of each slot the proxies of a caller have reported: 1 for each proxy that reported all of it. */
export type Caller = { readonly id: FiguresCaller; readonly reported: Float32Array };

/** The figures of one mesh, of the last 15 minutes at most. Its memory has a bound: some 2.3 kB for each of 4,000 lines. */
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

/** Creates figures without lines, that begin at a slot. */
export function createMeshFigures(since: number): MeshFigures {
  const callers = new Map<string, Caller>();
  const lines = new Map<string, Line>();
  const leftOut = new Set<string>();
  let current = since;

  function* arrays(): Generator<Float32Array> {
    for (const { reported } of callers.values()) yield reported;
    for (const { requests, errors, active } of lines.values()) {
      yield requests;
      yield errors;
      yield active;
    }
  }

  return {
    caller(id) {
      const key = `${id.kind}/${id.name}`;
      const known = callers.get(key);
      if (known !== undefined || callers.size >= MOST_CALLERS) return known;
      const caller = { id, reported: new Float32Array(RING) };
      callers.set(key, caller);
      return caller;
    },
    line(caller, id) {
      const key = `${id.from.kind}/${id.from.name}/${id.cluster}`;
      const known = lines.get(key);
      if (known !== undefined) return known;
      if (lines.size >= MOST_LINES) {
        if (leftOut.size < MOST_LINES) leftOut.add(key);
        return undefined;
      }
      const line = {
        ...id,
        caller,
        requests: new Float32Array(RING),
        errors: new Float32Array(RING),
        active: new Float32Array(RING),
      };
      lines.set(key, line);
      return line;
    },
    advance(slot) {
      if (slot <= current) return;
      const from = Math.max(current + 1, slot - RING + 1);
      for (const array of arrays()) for (let each = from; each <= slot; each += 1) array[each % RING] = 0;
      current = slot;
    },
    addReported(caller, portions) {
      for (const { slot, filled } of portions) add(caller.reported, slot, filled);
    },
    addCounts(line, { requests, errors, active }, portions) {
      for (const { slot, share, filled } of portions) {
        add(line.requests, slot, requests * share);
        add(line.errors, slot, errors * share);
        add(line.active, slot, active * filled);
      }
    },
    callers: () => callers.values(),
    lines: () => lines.values(),
    leftOut: () => leftOut.size,
    kept: () => ({ first: Math.max(since, current - 1 - KEPT_SLOTS), last: current - 2 }),
  };
}

function add(array: Float32Array, slot: number, value: number): void {
  const at = slot % RING;
  array[at] = (array[at] ?? 0) + value;
}
