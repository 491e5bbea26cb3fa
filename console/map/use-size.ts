import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { Size } from './frame.ts';

/** Until the size is measured. */
const USUAL: Size = { width: 1000, height: 600 };

/** Returns the size of an element before it is painted, and after each change. `measured`: whether it is known, or a usual one. */
export function useSize(element: RefObject<Element | null>): {
  readonly size: Size;
  readonly measured: boolean;
} {
  const [size, setSize] = useState<Size>();
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const measure = (): void => {
      const { width, height } = current.getBoundingClientRect();
      if (width !== 0 && height !== 0) setSize({ width, height });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return { size: size ?? USUAL, measured: size !== undefined };
}
