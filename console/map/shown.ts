import type { Frame } from './frame.ts';
import type { Layout } from './layout.ts';

/**
 * A frame as the window shows it. `drawn`: the scale at which the browser drew the picture; it differs from the frame's only during a gesture.
 * `isHeld`: a gesture moves the picture as it is drawn, which takes a browser much less time than to draw it.
 */
export type Shown = { readonly frame: Frame; readonly drawn: number; readonly isHeld: boolean };

/** Beyond these factors of a gesture's zoom, the map is redrawn: the picture would be blurred, or too large. */
const KEPT = { least: 0.5, most: 2 } as const;

/** Returns the view of a frame, drawn at its own scale. */
export function sharp(frame: Frame): Shown {
  return { frame, drawn: frame.scale, isHeld: false };
}

/** Returns the view during a gesture: the picture stays as the browser drew it. */
export function held(shown: Shown): Shown {
  return { ...shown, isHeld: true };
}

/** Returns the view after a move to another frame. */
export function movedTo(frame: Frame, { drawn, isHeld }: Shown): Shown {
  const factor = frame.scale / drawn;
  const isKept = isHeld && factor >= KEPT.least && factor <= KEPT.most;
  return { frame, drawn: isKept ? drawn : frame.scale, isHeld };
}

/** Returns the style of the picture of a map in its window. */
export function styleOf({ width, height }: Layout, { frame, drawn, isHeld }: Shown): string {
  const { x, y, scale } = frame;
  const factor = scale / drawn;
  return [
    `width: ${width * drawn}px`,
    `height: ${height * drawn}px`,
    `transform: translate(${-x * scale}px, ${-y * scale}px)${factor === 1 ? '' : ` scale(${factor})`}`,
    ...(isHeld ? ['will-change: transform'] : []),
  ].join('; ');
}
