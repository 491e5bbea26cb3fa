import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { panned } from './frame.ts';
import type { ShownState } from './use-shown.ts';

/** A press that moves less is a click, in pixels. */
const CLICK_PX = 4;

/** Moves a window by a pointer that is pressed. Returns the listeners of the window, and whether a pointer is pressed. */
export function useDrag(
  box: RefObject<Element | null>,
  { move, hold, letGo }: Pick<ShownState, 'move' | 'hold' | 'letGo'>,
) {
  const press = useRef<{ x: number; y: number; moved: boolean }>(undefined);
  const release = (): void => {
    if (press.current?.moved === true) letGo();
    press.current = undefined;
  };
  return {
    isPressed: () => press.current !== undefined,
    onPointerDown(event: PointerEvent) {
      press.current = { x: event.clientX, y: event.clientY, moved: false };
    },
    onPointerMove(event: PointerEvent) {
      const from = press.current;
      // The button may have been let go outside of the window.
      if (event.buttons === 0) release();
      if (from === undefined || event.buttons === 0) return;
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      if (!from.moved && Math.hypot(dx, dy) < CLICK_PX) return;
      if (!from.moved) box.current?.setPointerCapture(event.pointerId);
      press.current = { x: event.clientX, y: event.clientY, moved: true };
      hold();
      move((now) => panned(now, dx, dy));
    },
    onPointerUp: release,
    onPointerCancel: release,
    onPointerLeave: release,
  };
}
