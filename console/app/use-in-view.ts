import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** The room beside the element that comes into view, in pixels: what stands beside it is seen, too. */
const BESIDE_PX = 24;

/** Keeps an element of a row that scrolls in view: `of` changes with what is in the row, and the row's own width may change. The page does not scroll. */
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
