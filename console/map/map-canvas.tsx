import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { beginning, isSeen, panned, revealing, whole, zoomed, type Frame, type Size } from './frame.ts';
import { MapPicture, type MapPictureProps } from './map-picture.tsx';
import { isMove, moved, neighbourhood } from './moves.ts';

const STEP = 1.25;
/** A press that moves less is a click, in pixels. */
const CLICK_PX = 4;

/** The window on a map: it moves and zooms by pointer, wheel, buttons and keys. */
export function MapCanvas(
  props: Omit<MapPictureProps, 'focused' | 'onFocus'> & {
    readonly mesh: string;
    readonly onClose: () => void;
  },
): JSX.Element {
  const { t, graph, layout, mesh, onClose, search } = props;
  const svg = useRef<SVGSVGElement>(null);
  const [size, setSize] = useState<Size>({ width: 1000, height: 600 });
  const [measured, setMeasured] = useState(false);
  const [frame, setFrame] = useState<Frame>();
  const [focused, setFocused] = useState<string>();
  const press = useRef<{ x: number; y: number; moved: boolean }>(undefined);

  useEffect(() => {
    const element = svg.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0) return;
      setSize({ width, height });
      setMeasured(true);
    });
    observer.observe(element);
    // Preact adds wheel listeners as passive ones, which cannot keep the page from scrolling.
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && event.deltaMode === 0 && event.deltaX !== 0)
        return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      setFrame((now) => now && zoomed(now, event.deltaY < 0 ? 1.12 : 1 / 1.12, at));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', wheel);
    };
  }, []);
  const shown = frame ?? beginning(layout, size);
  // A frame is chosen once: neither figures nor the panel move anything.
  useEffect(() => {
    if (measured && frame === undefined) setFrame(beginning(layout, size));
  }, [measured, frame, layout]);
  // Another layout, e.g. of another mesh or with a group that is open, may have nothing where the window is.
  useEffect(() => {
    if (frame !== undefined && !isSeen(layout, frame, size)) setFrame(beginning(layout, size));
  }, [layout]);
  useEffect(() => {
    const found = search.trim().toLowerCase();
    const hit =
      found === '' ? undefined : graph.pieces.find(({ name }) => name.toLowerCase().includes(found));
    const place = hit && layout.pieces[hit.key];
    if (place !== undefined) setFrame(revealing(shown, place, size));
  }, [search]);

  // The panel may open over the chosen piece and those that it calls.
  useEffect(() => {
    const { chosen } = props;
    const at = chosen === undefined ? undefined : layout.pieces[chosen];
    if (chosen === undefined || at === undefined || frame === undefined) return;
    const near = [...neighbourhood(graph, chosen)].flatMap((key) => layout.pieces[key] ?? []);
    setFrame(revealing(frame, at, size, near));
  }, [props.chosen, size.width, size.height]);
  // The panel's button and a group that opens take the focus with them: it goes back to the map.
  const last = useRef<string>(undefined);
  useEffect(() => {
    const { chosen } = props;
    if (chosen === undefined && last.current !== undefined && document.activeElement === document.body) {
      const keys = [last.current, graph.pieces[0]?.key ?? ''];
      const stop = keys.flatMap((key) => svg.current?.querySelector<SVGGElement>(selectorOf(key)) ?? []);
      stop[0]?.focus();
    }
    last.current = chosen;
  }, [props.chosen]);
  const focus = (key: string): void => {
    setFocused(key);
    const place = layout.pieces[key];
    if (place !== undefined && press.current === undefined) setFrame(revealing(shown, place, size));
  };
  const keyDown = (event: KeyboardEvent): void => {
    const key = (event.target as Element).closest<SVGGElement>('[data-key]')?.dataset['key'];
    if (event.key === 'Escape') return onClose();
    if (event.key === '+' || event.key === '-') {
      const middle = { x: size.width / 2, y: size.height / 2 };
      return setFrame(zoomed(shown, event.key === '+' ? STEP : 1 / STEP, middle));
    }
    if (key === undefined) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return props.onChoose(key);
    }
    if (!isMove(event.key)) return;
    event.preventDefault();
    const next = moved(graph, layout, key, event.key);
    svg.current?.querySelector<SVGGElement>(selectorOf(next))?.focus();
  };
  const middle = { x: size.width / 2, y: size.height / 2 };
  return (
    <>
      <svg
        ref={svg}
        class="map"
        role="group"
        aria-label={t.map.label(mesh, graph.pieces.length)}
        viewBox={`${shown.x} ${shown.y} ${size.width / shown.scale} ${size.height / shown.scale}`}
        preserveAspectRatio="xMinYMin meet"
        onKeyDown={keyDown}
        onPointerDown={(event) => {
          press.current = { x: event.clientX, y: event.clientY, moved: false };
        }}
        onPointerMove={(event) => {
          const from = press.current;
          if (from === undefined || event.buttons === 0) return;
          const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
          if (!from.moved && Math.hypot(dx, dy) < CLICK_PX) return;
          if (!from.moved) svg.current?.setPointerCapture(event.pointerId);
          press.current = { x: event.clientX, y: event.clientY, moved: true };
          setFrame(panned(shown, dx, dy));
        }}
        onPointerUp={() => {
          press.current = undefined;
        }}
      >
        <MapPicture {...props} focused={focused} onFocus={focus} />
      </svg>
      <div class="map-zoom">
        <button
          type="button"
          class="button icon"
          aria-label={t.map.zoomIn}
          title={t.map.zoomIn}
          onClick={() => setFrame(zoomed(shown, STEP, middle))}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          class="button icon"
          aria-label={t.map.zoomOut}
          title={t.map.zoomOut}
          onClick={() => setFrame(zoomed(shown, 1 / STEP, middle))}
        >
          <Icon name="minus" />
        </button>
        <button
          type="button"
          class="button icon"
          aria-label={t.map.fit}
          title={t.map.fit}
          onClick={() => setFrame(whole(layout, size))}
        >
          <Icon name="fit" />
        </button>
      </div>
    </>
  );
}

function selectorOf(key: string): string {
  return `[data-key="${CSS.escape(key)}"]`;
}
