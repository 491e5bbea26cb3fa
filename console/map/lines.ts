import type { Point } from './layout.ts';

/** Returns a smooth path through points, for the `d` of an SVG path. */
export function smoothPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${first.x} ${first.y}`;
  let last = first;
  for (const next of rest) {
    const half = (next.x - last.x) / 2;
    path += `C${last.x + half} ${last.y} ${next.x - half} ${next.y} ${next.x} ${next.y}`;
    last = next;
  }
  return path;
}

/** Returns the point half-way along, where the label stands. */
export function middleOf(points: readonly Point[]): Point {
  if (points.length === 0) return { x: 0, y: 0 };
  const middle = (points.length - 1) / 2;
  const a = points[Math.floor(middle)] as Point;
  const b = points[Math.ceil(middle)] as Point;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** Returns the points of a line with its ends at the sides of the pieces, so that it leaves and arrives level. */
export function anchored(points: readonly Point[], from: Point, to: Point, width: number): readonly Point[] {
  const leftToRight = to.x >= from.x;
  const start = { x: from.x + (leftToRight ? width / 2 : -width / 2), y: from.y };
  const end = { x: to.x + (leftToRight ? -width / 2 - 7 : width / 2 + 7), y: to.y };
  return [start, ...points.slice(1, -1), end];
}
