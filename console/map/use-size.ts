import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Size } from './frame.ts';

/** Until the size is measured. */
const USUAL: Size = { width: 1000, height: 600 };

/** The size of an element, also after it changes. `measured`: whether it is known, or a usual one. */
export function useSize(element: RefObject<Element | null>): {
  readonly size: Size;
  readonly measured: boolean;
} {
  const [size, setSize] = useState<Size>();
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => {
      const { width, height } = current.getBoundingClientRect();
      if (width !== 0 && height !== 0) setSize({ width, height });
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return { size: size ?? USUAL, measured: size !== undefined };
}
