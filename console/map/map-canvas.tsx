import { effect } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { revealing, whole, zoomed } from './frame.ts';
import { MapButtons } from './map-buttons.tsx';
import { MapPicture, type MapPictureProps } from './map-picture.tsx';
import { isMove, moved } from './moves.ts';
import { styleOf } from './shown.ts';
import { useDrag } from './use-drag.ts';
import { useWheel } from './use-wheel.ts';
import { useWindow } from './use-window.ts';

const STEP = 1.25;

/** The arguments of the window on a map. `onClose`: the user leaves the chosen piece. */
export type MapCanvasProps = Omit<MapPictureProps, 'focused' | 'onFocus'> & {
  readonly mesh: string;
  readonly onClose: () => void;
};

/** The window on a map: it moves and zooms by pointer, wheel, buttons and keys. */
export function MapCanvas(props: MapCanvasProps): JSX.Element {
  const { t, graph, layout, mesh } = props;
  const box = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [focused, setFocused] = useState<string>();
  const view = useWindow(box, props);
  const { size, shown, move } = view;
  const { isPressed, ...listeners } = useDrag(box, view);
  useWheel(box, view);
  useFocusBack(box, props);
  const reveal = useRef<(key: string) => void>(undefined);
  reveal.current = (key) => {
    const place = layout.pieces[key];
    if (place !== undefined && !isPressed()) move((now) => revealing(now, place, size));
  };
  // A large map is not made again while its window moves.
  const { proxies, rates, latencies, chosen, search, onChoose } = props;
  const picture = useMemo(() => {
    const onFocus = (key: string): void => {
      setFocused(key);
      reveal.current?.(key);
    };
    const parts = { t, graph, layout, proxies, rates, latencies, chosen, search, onChoose };
    return <MapPicture {...parts} focused={focused} onFocus={onFocus} />;
  }, [t, graph, layout, proxies, rates, latencies, chosen, search, onChoose, focused]);
  // No property of the view: the window moves without it, and the content security policy takes styles as properties only.
  useLayoutEffect(
    () =>
      effect(() => {
        if (svg.current !== null) svg.current.style.cssText = styleOf(layout, shown.value);
        box.current?.classList.toggle('held', shown.value.isHeld);
      }),
    [layout],
  );
  const zoom = (factor: number): void =>
    move((now) => zoomed(now, factor, { x: size.width / 2, y: size.height / 2 }));
  return (
    <>
      <div
        ref={box}
        class="map-window"
        onKeyDown={(event) => keyDown(event, props, box, zoom)}
        {...listeners}
      >
        <svg
          class="map"
          role="group"
          aria-label={t.map.label(mesh, graph.pieces.length)}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          ref={svg}
        >
          {picture}
        </svg>
      </div>
      <MapButtons
        t={t}
        onZoom={(way) =>
          way === 'whole' ? move(() => whole(layout, size)) : zoom(way === 'in' ? STEP : 1 / STEP)
        }
      />
    </>
  );
}

/** The panel's button and a group that opens take the focus with them: it goes back to the map. */
function useFocusBack(box: RefObject<Element | null>, { chosen, graph }: MapCanvasProps): void {
  const last = useRef<string>(undefined);
  useLayoutEffect(() => {
    if (chosen === undefined && last.current !== undefined && document.activeElement === document.body) {
      const keys = [last.current, graph.pieces[0]?.key ?? ''];
      const stop = keys.flatMap((key) => box.current?.querySelector<SVGGElement>(selectorOf(key)) ?? []);
      stop[0]?.focus({ preventScroll: true });
    }
    last.current = chosen;
  }, [chosen]);
}

function keyDown(
  event: KeyboardEvent,
  { graph, layout, onChoose, onClose }: MapCanvasProps,
  box: RefObject<Element | null>,
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
  box.current?.querySelector<SVGGElement>(selectorOf(next))?.focus({ preventScroll: true });
}

function selectorOf(key: string): string {
  return `[data-key="${CSS.escape(key)}"]`;
}
