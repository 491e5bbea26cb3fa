import type { Graph } from '../model/graph/graph.ts';

/** The size of a piece on the map, in pixels at scale 1. */
export const PIECE = { width: 208, height: 58 } as const;

/** A point of the map. */
export type Point = { readonly x: number; readonly y: number };

/** Places of pieces (their centres) and of lines (the points that they pass). */
export type Layout = {
  readonly width: number;
  readonly height: number;
  readonly pieces: Readonly<Record<string, Point>>;
  readonly lines: Readonly<Record<string, readonly Point[]>>;
};

/** The part of a map that its layout depends on: as long as it is the same, nothing moves. */
export type Skeleton = {
  /** The size of a piece: the worker shares no code with the page, so that it is one file. */
  readonly size: { readonly width: number; readonly height: number };
  readonly pieces: readonly string[];
  readonly lines: readonly (readonly [string, string])[];
};

/** Returns the skeleton of a map. */
export function skeletonOf({ pieces, lines }: Graph): Skeleton {
  return {
    size: PIECE,
    pieces: pieces.map(({ key }) => key).toSorted(),
    lines: lines
      .map(({ from, to }) => [from, to] as const)
      .toSorted(([a, b], [c, d]) => (a + b < c + d ? -1 : 1)),
  };
}

/** A request to the worker, and its answer. */
export type LayoutRequest = { readonly id: number; readonly skeleton: Skeleton };
/** The answer to a request of the same id. */
export type LayoutAnswer = { readonly id: number; readonly layout: Layout };
