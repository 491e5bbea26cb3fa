import type { Graph } from '../model/graph/graph.ts';
import type { Layout } from './layout.ts';

/** The keys that move between the pieces of a map. */
export type Move = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

/** Whether a key moves between pieces. */
export function isMove(key: string): key is Move {
  return ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);
}

/**
 * Returns the piece that a key leads to from another: right and left along lines (to the nearest end), up and down in the column, Home and End to
 * the first and last one. The same piece if there is none.
 */
export function moved(
  { pieces, lines }: Graph,
  { pieces: places }: Layout,
  from: string,
  move: Move,
): string {
  const here = places[from];
  const keys = pieces.map(({ key }) => key).filter((key) => places[key] !== undefined);
  const at = (key: string) => places[key] ?? { x: 0, y: 0 };
  const sorted = keys.toSorted((a, b) => at(a).x - at(b).x || at(a).y - at(b).y);
  if (here === undefined || move === 'Home') return sorted[0] ?? from;
  if (move === 'End') return sorted.at(-1) ?? from;
  if (move === 'ArrowUp' || move === 'ArrowDown') {
    const column = sorted.filter((key) => Math.abs(at(key).x - here.x) < 60);
    const index = column.indexOf(from) + (move === 'ArrowUp' ? -1 : 1);
    return column[index] ?? from;
  }
  const ends =
    move === 'ArrowRight'
      ? lines.filter((line) => line.from === from).map(({ to }) => to)
      : lines.filter((line) => line.to === from).map((line) => line.from);
  const nearest = ends
    .filter((key) => places[key] !== undefined && key !== from)
    .toSorted((a, b) => Math.abs(at(a).y - here.y) - Math.abs(at(b).y - here.y));
  return nearest[0] ?? from;
}

/** Returns a piece and those that a line joins to it. */
export function neighbourhood({ lines }: Graph, key: string): ReadonlySet<string> {
  const keys = new Set([key]);
  for (const { from, to } of lines) {
    if (from === key) keys.add(to);
    if (to === key) keys.add(from);
  }
  return keys;
}
