import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Gives an element the focus when it appears, e.g. a question: the button that asked for it is often gone, and with it the place of the keyboard. */
export function useFocus<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null);
  // Before `keepFocus` gives it to the part around that button.
  useLayoutEffect(() => ref.current?.focus(), []);
  return ref;
}
