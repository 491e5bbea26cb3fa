import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** The room that stays visible beside the element, in pixels: it shows a part of the neighbouring element. */
const BESIDE_PX = 24;

/** Scrolls a row so that one of its elements stays in view, after a change of the row's contents (`of`) or of its width. The page itself does not scroll. */
export function useInView(
  row: RefObject<Element | null>,
  element: RefObject<Element | null>,
  of: readonly unknown[],
): void {
  useLayoutEffect(() => {
    const { current } = row;
    if (current === null) return;
    const show = (): void => {
      const box = current.getBoundingClientRect();
      const { left, right } = element.current?.getBoundingClientRect() ?? box;
      if (left < box.left) current.scrollLeft -= box.left - left + BESIDE_PX;
      else if (right > box.right) current.scrollLeft += right - box.right + BESIDE_PX;
    };
    show();
    const observer = new ResizeObserver(show);
    observer.observe(current);
    return () => observer.disconnect();
  }, of);
}
