import { PIECE, type Layout, type Point } from './layout.ts';

/** The part of the map that is in the window: its left upper corner, and pixels of the window for each pixel of the map. */
export type Frame = { readonly x: number; readonly y: number; readonly scale: number };
/** The size of the window, in pixels. */
export type Size = { readonly width: number; readonly height: number };

const SMALLEST = 0.08;
const LARGEST = 2.5;
/** The room around a revealed piece, in pixels of the map. */
const MARGIN = 120;
/** A small map is not blown up beyond this, and a wide one stays readable: it is then longer than the window. */
const FITTED = { most: 1.15, least: 0.6 } as const;

/** Returns the frame that shows the whole map in the middle, however small its texts get. */
export function whole({ width, height }: Layout, window: Size): Frame {
  const fits = Math.min(window.width / width, window.height / height, FITTED.most);
  return placed({ width, height }, window, Math.max(fits, SMALLEST), height / 2);
}

/**
 * Returns the frame that a map begins with: the whole map, if its texts are readable then. Else its left side, around the piece at the
 * middle of the first column: the corner of a large map is often empty.
 */
export function beginning(layout: Layout, window: Size): Frame {
  const { width, height, pieces } = layout;
  const fits = Math.min(window.width / width, window.height / height, FITTED.most);
  const first = Object.values(pieces).toSorted((a, b) => a.x - b.x || a.y - b.y);
  const column = first.filter(({ x }) => x - (first[0]?.x ?? 0) < PIECE.width / 2);
  const y = column[Math.floor((column.length - 1) / 2)]?.y ?? height / 2;
  return placed(layout, window, Math.max(fits, FITTED.least), y);
}

/** `y`: the height that is in the middle of the window, if the map is higher than it. */
function placed(
  { width, height }: Pick<Layout, 'width' | 'height'>,
  window: Size,
  scale: number,
  y: number,
): Frame {
  const [across, down] = [window.width / scale, window.height / scale];
  return {
    x: width <= across ? (width - across) / 2 : 0,
    y: height <= down ? (height - down) / 2 : Math.min(Math.max(0, y - down / 2), height - down),
    scale,
  };
}

/** Whether a piece of a map is in the window. */
export function isSeen({ pieces }: Layout, { x, y, scale }: Frame, window: Size): boolean {
  return Object.values(pieces).some(
    (at) => at.x > x && at.x < x + window.width / scale && at.y > y && at.y < y + window.height / scale,
  );
}

/** Returns the frame after a zoom by a factor around a point of the window. */
export function zoomed(frame: Frame, factor: number, at: { readonly x: number; readonly y: number }): Frame {
  const scale = Math.min(LARGEST, Math.max(SMALLEST, frame.scale * factor));
  return {
    x: frame.x + at.x / frame.scale - at.x / scale,
    y: frame.y + at.y / frame.scale - at.y / scale,
    scale,
  };
}

/** Returns the frame after a move by pixels of the window. */
export function panned(frame: Frame, dx: number, dy: number): Frame {
  return { ...frame, x: frame.x - dx / frame.scale, y: frame.y - dy / frame.scale };
}

/**
 * Returns the frame moved just as far as a piece needs to be in the window. `others`: points that come into the window, too, as far as there is
 * room, the first ones first.
 */
export function revealing(frame: Frame, at: Point, window: Size, others: readonly Point[] = []): Frame {
  const room = {
    x: Math.min(MARGIN, window.width / frame.scale / 2),
    y: Math.min(MARGIN, window.height / frame.scale / 2),
  };
  const [across, down] = [window.width / frame.scale, window.height / frame.scale];
  let [left, right, top, bottom] = [at.x, at.x, at.y, at.y];
  for (const { x, y } of others) {
    if (Math.max(right, x) - Math.min(left, x) + 2 * room.x <= across) {
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
    if (Math.max(bottom, y) - Math.min(top, y) + 2 * room.y <= down) {
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  const clamp = (start: number, least: number, most: number): number =>
    Math.min(Math.max(start, least), most);
  return {
    ...frame,
    x: clamp(frame.x, right - across + room.x, left - room.x),
    y: clamp(frame.y, bottom - down + room.y, top - room.y),
  };
}
