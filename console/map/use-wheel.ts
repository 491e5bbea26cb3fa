import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { zoomed } from './frame.ts';
import type { ShownState } from './use-shown.ts';
import { wheelFactor } from './wheel-factor.ts';

/** Zooms by the wheel. Preact adds wheel listeners as passive ones, which cannot keep the page from scrolling. */
export function useWheel(
  box: RefObject<Element | null>,
  { move, hold, letGo }: Pick<ShownState, 'move' | 'hold' | 'letGo'>,
): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const wheel = (event: WheelEvent): void => {
      const isSwipe = event.deltaMode === 0 && event.deltaX !== 0;
      if (isSwipe && !event.ctrlKey && !event.metaKey && !event.altKey) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      hold();
      move((now) => zoomed(now, wheelFactor(event), at));
      letGo();
    };
    element.addEventListener('wheel', wheel as EventListener, { passive: false });
    return () => element.removeEventListener('wheel', wheel as EventListener);
  }, []);
}
