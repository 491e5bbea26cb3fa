import type { Layout } from './layout.ts';

/** The part of the map that is in the window: its left upper corner, and pixels of the window for each pixel of the map. */
export type Frame = { readonly x: number; readonly y: number; readonly scale: number };
/** The size of the window, in pixels. */
export type Size = { readonly width: number; readonly height: number };

const SMALLEST = 0.08;
const LARGEST = 2.5;
/** A small map is not blown up beyond this, and a wide one stays readable: it is then longer than the window. */
const FITTED = { most: 1.15, least: 0.7 } as const;

/** Returns the frame that shows the whole map in the middle. `whole`: however small its texts get. */
export function fitted({ width, height }: Layout, window: Size, whole = false): Frame {
  const fits = Math.min(window.width / width, window.height / height, FITTED.most);
  const scale = whole ? Math.max(fits, SMALLEST) : Math.max(fits, FITTED.least);
  const x = width * scale <= window.width ? (width - window.width / scale) / 2 : 0;
  const y = height * scale <= window.height ? (height - window.height / scale) / 2 : 0;
  return { x, y, scale };
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

/** Returns the frame moved just as far as a piece needs to be in the window. */
export function revealing(frame: Frame, at: { readonly x: number; readonly y: number }, window: Size): Frame {
  const margin = 120;
  const clamp = (start: number, point: number, length: number): number => {
    const room = Math.min(margin, length / 2);
    return Math.min(Math.max(start, point - length + room), point - room);
  };
  return {
    ...frame,
    x: clamp(frame.x, at.x, window.width / frame.scale),
    y: clamp(frame.y, at.y, window.height / frame.scale),
  };
}
