import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Gives an element the focus when it appears, e.g. a question: the button that asked for it is often gone, and with it the place of the keyboard. */
export function useFocus<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null);
  useEffect(() => ref.current?.focus(), []);
  return ref;
}

/**
 * Keeps the place of the keyboard: the element gets the focus if another state (`state`) has taken or disabled the button that had it. Without this,
 * the next Tab begins at the top of the page.
 */
export function useFocusKept<T extends HTMLElement>(state: string): RefObject<T | null> {
  const ref = useRef<T>(null);
  const before = useRef(state);
  useEffect(() => {
    const isChanged = before.current !== state;
    before.current = state;
    if (isChanged && document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
  }, [state]);
  return ref;
}
