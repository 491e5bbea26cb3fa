import { RING } from './slots.ts';

/**
 * Numbers by row and slot, of the newest `RING` slots. Each slot has a column of its own, so that the memory grows with the time that was
 * watched, and a new slot costs nothing for the rows without figures in it.
 */
export type SlotTable = {
  /** Opens the slots up to this one, and forgets those that are too old. An earlier slot than the newest one changes nothing. */
  readonly advance: (slot: number) => void;
  /** Adds to a number. Slots that are not open yet, or are forgotten, take nothing. `rows`: how many rows there are at the moment. */
  readonly add: (row: number, slot: number, value: number, rows: number) => void;
  /** Returns a number; 0 where nothing was added. */
  readonly get: (row: number, slot: number) => number;
  /** Whether a row has no number in any slot. */
  readonly isEmpty: (row: number) => boolean;
  /** The bytes of all columns. */
  readonly bytes: () => number;
};

/** Columns grow by this many rows, so that rows that come one after another do not copy a column each. */
export const ROW_STEP = 256;

/** Creates a table without rows. Its newest slot is `since`. */
export function createSlotTable(since: number): SlotTable {
  const columns: (Float32Array | undefined)[] = Array.from({ length: RING }, () => undefined);
  /** The column that was forgotten last: the next one may take its memory. */
  let spare: Float32Array | undefined;
  let newest = since;

  const isOpen = (slot: number): boolean => slot <= newest && slot > newest - RING;

  function columnWith(row: number, slot: number, rows: number): Float32Array {
    const known = columns[slot % RING];
    if (known !== undefined && row < known.length) return known;
    const length = Math.ceil(Math.max(rows, row + 1) / ROW_STEP) * ROW_STEP;
    const column = known === undefined ? reused(length) : new Float32Array(length);
    if (known !== undefined) column.set(known);
    columns[slot % RING] = column;
    return column;
  }

  function reused(length: number): Float32Array {
    const column = spare?.length === length ? spare.fill(0) : new Float32Array(length);
    spare = undefined;
    return column;
  }

  return {
    advance(slot) {
      for (let each = Math.max(newest + 1, slot - RING + 1); each <= slot; each += 1) {
        spare = columns[each % RING] ?? spare;
        columns[each % RING] = undefined;
      }
      newest = Math.max(newest, slot);
    },
    add(row, slot, value, rows) {
      if (value === 0 || !isOpen(slot)) return;
      const column = columnWith(row, slot, rows);
      column[row] = (column[row] ?? 0) + value;
    },
    get: (row, slot) => (isOpen(slot) ? (columns[slot % RING]?.[row] ?? 0) : 0),
    isEmpty: (row) => columns.every((column) => (column?.[row] ?? 0) === 0),
    bytes: () => columns.reduce((sum, column) => sum + (column?.byteLength ?? 0), spare?.byteLength ?? 0),
  };
}
