import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { panned, revealing, whole, zoomed } from './frame.ts';
import { MapButtons } from './map-buttons.tsx';
import { MapPicture, type MapPictureProps } from './map-picture.tsx';
import { isMove, moved } from './moves.ts';
import { useWindow, type MapWindow } from './use-window.ts';

const STEP = 1.25;
/** A press that moves less is a click, in pixels. */
const CLICK_PX = 4;

/** The arguments of the window on a map. `onClose`: the user leaves the chosen piece. */
export type MapCanvasProps = Omit<MapPictureProps, 'focused' | 'onFocus'> & {
  readonly mesh: string;
  readonly onClose: () => void;
};

/** The window on a map: it moves and zooms by pointer, wheel, buttons and keys. */
export function MapCanvas(props: MapCanvasProps): JSX.Element {
  const { t, graph, layout, mesh } = props;
  const svg = useRef<SVGSVGElement>(null);
  const [focused, setFocused] = useState<string>();
  const view = useWindow(svg, props);
  const { size, shown, move } = view;
  const { isPressed, ...drag } = useDrag(svg, view);
  useFocusBack(svg, props);
  const reveal = useRef<(key: string) => void>(undefined);
  reveal.current = (key) => {
    const place = layout.pieces[key];
    if (place !== undefined && !isPressed()) move((now) => revealing(now, place, size));
  };
  // A large map is not made again while its window moves.
  const { proxies, rates, chosen, search, onChoose } = props;
  const picture = useMemo(() => {
    const onFocus = (key: string): void => {
      setFocused(key);
      reveal.current?.(key);
    };
    const parts = { t, graph, layout, proxies, rates, chosen, search, onChoose };
    return <MapPicture {...parts} focused={focused} onFocus={onFocus} />;
  }, [t, graph, layout, proxies, rates, chosen, search, onChoose, focused]);
  const zoom = (factor: number): void =>
    move((now) => zoomed(now, factor, { x: size.width / 2, y: size.height / 2 }));
  return (
    <>
      <svg
        ref={svg}
        class="map"
        role="group"
        aria-label={t.map.label(mesh, graph.pieces.length)}
        viewBox={`${shown.x} ${shown.y} ${size.width / shown.scale} ${size.height / shown.scale}`}
        preserveAspectRatio="xMinYMin meet"
        onKeyDown={(event) => keyDown(event, props, svg, zoom)}
        {...drag}
      >
        {picture}
      </svg>
      <MapButtons
        t={t}
        onZoom={(way) =>
          way === 'whole' ? move(() => whole(layout, size)) : zoom(way === 'in' ? STEP : 1 / STEP)
        }
      />
    </>
  );
}

/** Moves the window by a pointer that is pressed. */
function useDrag(svg: RefObject<SVGSVGElement | null>, { move }: MapWindow) {
  const press = useRef<{ x: number; y: number; moved: boolean }>(undefined);
  const release = (): void => {
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
      if (!from.moved) svg.current?.setPointerCapture(event.pointerId);
      press.current = { x: event.clientX, y: event.clientY, moved: true };
      move((now) => panned(now, dx, dy));
    },
    onPointerUp: release,
    onPointerCancel: release,
    onPointerLeave: release,
  };
}

/** The panel's button and a group that opens take the focus with them: it goes back to the map. */
function useFocusBack(svg: RefObject<SVGSVGElement | null>, { chosen, graph }: MapCanvasProps): void {
  const last = useRef<string>(undefined);
  useEffect(() => {
    if (chosen === undefined && last.current !== undefined && document.activeElement === document.body) {
      const keys = [last.current, graph.pieces[0]?.key ?? ''];
      const stop = keys.flatMap((key) => svg.current?.querySelector<SVGGElement>(selectorOf(key)) ?? []);
      stop[0]?.focus();
    }
    last.current = chosen;
  }, [chosen]);
}

function keyDown(
  event: KeyboardEvent,
  { graph, layout, onChoose, onClose }: MapCanvasProps,
  svg: RefObject<SVGSVGElement | null>,
  zoom: (factor: number) => void,
): void {
  const key = (event.target as Element).closest<SVGGElement>('[data-key]')?.dataset['key'];
  if (event.key === 'Escape') return onClose();
  if (event.key === '+' || event.key === '-') return zoom(event.key === '+' ? STEP : 1 / STEP);
  if (key === undefined) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    return onChoose(key);
  }
  if (!isMove(event.key)) return;
  event.preventDefault();
  const next = moved(graph, layout, key, event.key);
  svg.current?.querySelector<SVGGElement>(selectorOf(next))?.focus();
}

function selectorOf(key: string): string {
  return `[data-key="${CSS.escape(key)}"]`;
}
