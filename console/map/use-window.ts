import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Graph } from '../model/graph.ts';
import { beginning, isSeen, revealing, zoomed, type Frame, type Size } from './frame.ts';
import { wheelFactor } from './wheel-factor.ts';
import type { Layout } from './layout.ts';
import { neighbourhood } from './moves.ts';

/** The window on a map: its size, the part that it shows, and a function that moves it. */
export type MapWindow = {
  readonly size: Size;
  readonly shown: Frame;
  /** Sets the part on view, from the one on view now. */
  readonly move: (next: (now: Frame) => Frame) => void;
};

/** A map as its window looks at it. */
export type Looked = {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly chosen: string | undefined;
  readonly search: string;
};

/** The window on a map. It moves by the wheel, to a piece that is searched or chosen, and not by new figures. */
export function useWindow(
  svg: RefObject<SVGSVGElement | null>,
  { graph, layout, chosen, search }: Looked,
): MapWindow {
  const [frame, setFrame] = useState<Frame>();
  const { size, measured } = useSize(svg);
  const shown = frame ?? beginning(layout, size);
  const latest = useRef(shown);
  latest.current = shown;
  // Several events may come between two frames of the screen: each goes on from the one before.
  const move = (next: (now: Frame) => Frame): void => {
    latest.current = next(latest.current);
    setFrame(latest.current);
  };
  useWheel(svg, move);
  // A frame is chosen once: neither figures nor the panel move anything.
  useEffect(() => {
    if (measured && frame === undefined) setFrame(beginning(layout, size));
  }, [measured, frame, layout]);
  // Another layout, e.g. of another mesh or with a group that is open, may have nothing where the window is.
  useEffect(() => {
    if (frame !== undefined && !isSeen(layout, frame, size)) setFrame(beginning(layout, size));
  }, [layout]);
  useEffect(() => {
    const wanted = search.trim().toLowerCase();
    const hit =
      wanted === '' ? undefined : graph.pieces.find(({ name }) => name.toLowerCase().includes(wanted));
    const place = hit && layout.pieces[hit.key];
    if (place !== undefined) move((now) => revealing(now, place, size));
  }, [search]);
  // The panel may open over the chosen piece and those that it calls.
  useEffect(() => {
    const at = chosen === undefined ? undefined : layout.pieces[chosen];
    if (chosen === undefined || at === undefined || frame === undefined) return;
    const near = [...neighbourhood(graph, chosen)].flatMap((key) => layout.pieces[key] ?? []);
    move((now) => revealing(now, at, size, near));
  }, [chosen, size.width, size.height]);
  return { size, shown, move };
}

function useSize(svg: RefObject<SVGSVGElement | null>): { readonly size: Size; readonly measured: boolean } {
  const [size, setSize] = useState<Size>();
  useEffect(() => {
    const element = svg.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { width, height } = element.getBoundingClientRect();
      if (width !== 0 && height !== 0) setSize({ width, height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { size: size ?? { width: 1000, height: 600 }, measured: size !== undefined };
}

/** Zooms by the wheel. Preact adds wheel listeners as passive ones, which cannot keep the page from scrolling. */
function useWheel(svg: RefObject<SVGSVGElement | null>, move: MapWindow['move']): void {
  const latest = useRef(move);
  latest.current = move;
  useEffect(() => {
    const element = svg.current;
    if (element === null) return;
    const wheel = (event: WheelEvent): void => {
      const isSwipe = event.deltaMode === 0 && event.deltaX !== 0;
      if (isSwipe && !event.ctrlKey && !event.metaKey && !event.altKey) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      latest.current((now) => zoomed(now, wheelFactor(event), at));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);
}
