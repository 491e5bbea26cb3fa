import { expect, test } from 'vitest';
import type { FiguresCaller } from '../../../common/contracts/reports.ts';
import { createMeshFigures, MOST_LINES, type Caller, type Line, type MeshFigures } from './mesh-figures.ts';
import { RING } from './slots.ts';

const SINCE = 1000;
const COUNTS = { requests: 10, errors: 1, active: 2 };
const node = (name: string): FiguresCaller => ({ kind: 'virtualNode', name });

function lineOf(figures: MeshFigures, name: string): Line | undefined {
  const caller = figures.caller(node(name));
  return caller && figures.line(caller, idOf(caller, `to-${name}`));
}

function idOf({ id }: Caller, cluster: string) {
  return { from: id, to: { kind: 'virtualNode', name: cluster }, cluster, unit: 'requests' } as const;
}

/** Counts for a line in a slot, as a report of it does. */
function count(figures: MeshFigures, line: Line | undefined, slot: number): void {
  if (line === undefined) throw new Error('the line has no room');
  const portions = [{ slot, share: 1, filled: 1 }];
  figures.addReported(line.caller, portions);
  figures.addCounts(line, COUNTS, portions);
}

test('in a mesh that is watched for days, lines without traffic make room for those of new nodes', () => {
  const figures = createMeshFigures(SINCE);
  let slot = SINCE;
  for (let generation = 0; generation < 3; generation += 1) {
    for (let index = 0; index < MOST_LINES; index += 1)
      count(figures, lineOf(figures, `g${generation}-${index}`), slot);
    expect([...figures.lines()]).toHaveLength(MOST_LINES);
    slot += RING;
    figures.advance(slot);
  }
  expect(figures.leftOut()).toBe(0);
  // Three tables of counts and one of reports, with one column each beside a spare one.
  expect(figures.bytes()).toBeLessThan(8 * (MOST_LINES + 256) * 4);
});

test('while all lines have traffic, a further one has no room, and is counted', () => {
  const figures = createMeshFigures(SINCE);
  for (let index = 0; index < MOST_LINES; index += 1) count(figures, lineOf(figures, `n${index}`), SINCE);
  const caller = figures.caller(node('n0'));
  const more = caller && figures.line(caller, idOf(caller, 'one more'));
  expect(more).toBeUndefined();
  expect(figures.leftOut()).toBe(1);
});

test('a line that made room counts again when its traffic comes back, and not in the place of another one', () => {
  const figures = createMeshFigures(SINCE);
  const early = lineOf(figures, 'early');
  count(figures, early, SINCE);
  figures.advance(SINCE + RING);
  const late = Array.from({ length: MOST_LINES }, (_, index) => lineOf(figures, `n${index}`));
  for (const line of late.slice(1)) count(figures, line, SINCE + RING);
  expect([...figures.lines()].includes(early as Line)).toBe(false);
  // Those who report still hold the line.
  count(figures, early, SINCE + RING);
  expect(early && figures.count(early, 'requests', SINCE + RING)).toBe(10);
  expect([...figures.lines()].filter(({ cluster }) => cluster === 'to-early')).toHaveLength(1);
  for (const line of late.slice(1)) expect(line && figures.count(line, 'requests', SINCE + RING)).toBe(10);
  expect(late[0] && figures.count(late[0], 'requests', SINCE + RING)).toBe(0);
});

test('two who report the same line share its counts, also when it has made room in between', () => {
  const figures = createMeshFigures(SINCE);
  const one = lineOf(figures, 'x');
  count(figures, one, SINCE);
  figures.advance(SINCE + RING);
  for (let index = 2; index < MOST_LINES; index += 1)
    count(figures, lineOf(figures, `n${index}`), SINCE + RING);
  // The line x and one without traffic make room for the second one.
  for (const name of ['n0', 'n1']) lineOf(figures, name);
  expect([...figures.lines()].includes(one as Line)).toBe(false);
  const other = lineOf(figures, 'x');
  count(figures, one, SINCE + RING);
  count(figures, other, SINCE + RING);
  const found = [...figures.lines()].filter(({ cluster }) => cluster === 'to-x');
  expect(found).toHaveLength(1);
  expect(found[0] && figures.count(found[0], 'requests', SINCE + RING)).toBe(20);
});
