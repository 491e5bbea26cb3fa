import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Frame } from './frame.ts';
import { held, movedTo, sharp, type Shown } from './shown.ts';

/** A gesture goes on if its next part follows within this time, in milliseconds: a turn of the wheel, or another press. */
const OVER_MS = 150;

/** The part of a map that a window shows, and the functions that change it. */
export type ShownState = {
  /** A signal, so that the picture moves without a component that is rendered. */
  readonly shown: ReadonlySignal<Shown>;
  /** Sets the part on view, from the one on view now: several events may come between two frames of the screen. */
  readonly move: (next: (now: Frame) => Frame) => void;
  /** Begins a gesture, if none goes on: the moves that follow are of the picture as it is drawn. */
  readonly hold: () => void;
  /** Ends the gesture after a while, unless it goes on. */
  readonly letGo: () => void;
};

/** Keeps the part of a map that a window shows, at first this frame. The functions do the same in each render. */
export function useShown(first: Frame): ShownState {
  const shown = useSignal<Shown>(sharp(first));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    shown,
    move(next) {
      const now = shown.peek();
      shown.value = movedTo(next(now.frame), now);
    },
    hold() {
      clearTimeout(timer.current);
      shown.value = held(shown.peek());
    },
    letGo() {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        shown.value = sharp(shown.peek().frame);
      }, OVER_MS);
    },
  };
}
