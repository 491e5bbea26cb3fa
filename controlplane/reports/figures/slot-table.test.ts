import { expect, test } from 'vitest';
import { createSlotTable, ROW_STEP, type SlotTable } from './slot-table.ts';
import { RING } from './slots.ts';

const SINCE = 1000;
const COLUMN = ROW_STEP * 4;

/** The slots in which a row has a number, with it. */
function seriesOf(table: SlotTable, row: number, from: number, to: number): readonly [number, number][] {
  const series: [number, number][] = [];
  for (let slot = from; slot <= to; slot += 1) {
    const value = table.get(row, slot);
    if (value !== 0) series.push([slot, value]);
  }
  return series;
}

test('the first number needs one column, and a table without numbers none', () => {
  const table = createSlotTable(SINCE);
  table.advance(SINCE + 50);
  table.add(0, SINCE + 50, 0, 1);
  expect(table.bytes()).toBe(0);
  table.add(3, SINCE + 50, 1.5, 4);
  table.add(3, SINCE + 50, 1, 4);
  expect(table.bytes()).toBe(COLUMN);
  expect(seriesOf(table, 3, SINCE, SINCE + 60)).toEqual([[SINCE + 50, 2.5]]);
  expect(table.get(2, SINCE + 50)).toBe(0);
});

test('numbers go when the ring comes round to their column, and not before', () => {
  const table = createSlotTable(SINCE);
  table.add(0, SINCE, 7, 1);
  table.advance(SINCE + RING - 1);
  expect(table.get(0, SINCE)).toBe(7);
  table.advance(SINCE + RING);
  expect(table.get(0, SINCE)).toBe(0);
  // The slot that has the same place in the ring takes the memory, and begins at 0.
  expect(table.get(0, SINCE + RING)).toBe(0);
  table.add(0, SINCE + RING, 2, 1);
  expect(table.get(0, SINCE + RING)).toBe(2);
  expect(table.bytes()).toBe(COLUMN);
});

test('a ring that is full takes no more memory, however long it goes on', () => {
  const table = createSlotTable(SINCE);
  for (let slot = SINCE; slot < SINCE + 5 * RING; slot += 1) {
    table.advance(slot);
    table.add(0, slot, slot, 1);
    table.add(ROW_STEP - 1, slot - 1, 1, 1);
  }
  expect(table.bytes()).toBeLessThanOrEqual((RING + 1) * COLUMN);
  const newest = SINCE + 5 * RING - 1;
  const series = seriesOf(table, 0, SINCE, newest);
  expect(series).toHaveLength(RING);
  expect(series.every(([slot, value]) => slot === value)).toBe(true);
});

test('a clock that jumps ahead leaves no old numbers; slots of a clock that jumps back are as they were', () => {
  const table = createSlotTable(SINCE);
  for (let slot = SINCE; slot < SINCE + RING; slot += 1) {
    table.advance(slot);
    table.add(0, slot, 5, 1);
  }
  table.advance(SINCE + 1_000_000);
  expect(seriesOf(table, 0, SINCE + 1_000_000 - RING, SINCE + 1_000_000)).toEqual([]);
  table.add(0, SINCE + 1_000_000, 1, 1);

  table.advance(SINCE + 10);
  table.add(0, SINCE + 10, 9, 1);
  table.add(0, SINCE + 1_000_001, 9, 1);
  expect(table.get(0, SINCE + 10)).toBe(0);
  expect(seriesOf(table, 0, SINCE + 1_000_000 - RING, SINCE + 1_000_001)).toEqual([[SINCE + 1_000_000, 1]]);
  // Back within the ring, the slot still counts.
  table.add(0, SINCE + 1_000_000 - 3, 2, 1);
  expect(table.get(0, SINCE + 1_000_000 - 3)).toBe(2);
});

test('rows that come later make a column grow, which keeps its numbers; older columns stay as they are', () => {
  const table = createSlotTable(SINCE);
  table.add(0, SINCE, 1, 1);
  table.advance(SINCE + 1);
  for (let row = 0; row < 3 * ROW_STEP; row += 1) table.add(row, SINCE + 1, row + 1, row + 1);
  expect(table.bytes()).toBe(COLUMN + 3 * COLUMN);
  for (const row of [0, ROW_STEP - 1, ROW_STEP, 3 * ROW_STEP - 1])
    expect(table.get(row, SINCE + 1)).toBe(row + 1);
  expect(table.get(3 * ROW_STEP - 1, SINCE)).toBe(0);
  expect(table.get(0, SINCE)).toBe(1);
});

test('a column of another length is not used again with rows that it does not have', () => {
  const table = createSlotTable(SINCE);
  table.add(0, SINCE, 1, 1);
  table.advance(SINCE + RING);
  table.add(2 * ROW_STEP, SINCE + RING, 3, 2 * ROW_STEP + 1);
  expect(table.get(2 * ROW_STEP, SINCE + RING)).toBe(3);
  expect(table.bytes()).toBe(3 * COLUMN);
});
