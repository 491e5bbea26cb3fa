import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Graph } from '../model/graph/graph.ts';
import { beginning, isSeen, revealing, type Size } from './frame.ts';
import type { Layout } from './layout.ts';
import { neighbourhood } from './moves.ts';
import { useShown, type ShownState } from './use-shown.ts';
import { useSize } from './use-size.ts';

/** The window on a map: its size, and what it shows. */
export type MapWindow = ShownState & { readonly size: Size };

/** A map as its window looks at it. */
export type Looked = {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly chosen: string | undefined;
  readonly search: string;
};

/** Returns the window on a map. It moves to a piece that is searched or chosen, and not by new figures. */
export function useWindow(
  box: RefObject<Element | null>,
  { graph, layout, chosen, search }: Looked,
): MapWindow {
  const { size, measured } = useSize(box);
  const state = useShown(beginning(layout, size));
  const { shown, move } = state;
  const begin = (): void => move(() => beginning(layout, size));
  // A frame is chosen once, and before the map is painted: neither figures nor the panel move anything.
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (!measured || isPlaced.current) return;
    isPlaced.current = true;
    begin();
  }, [measured]);
  // Another layout, e.g. of another mesh or with a group that is open, may have nothing where the window is.
  useEffect(() => {
    if (!isPlaced.current || !isSeen(layout, shown.peek().frame, size)) begin();
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
    if (chosen === undefined || at === undefined || !isPlaced.current) return;
    const near = [...neighbourhood(graph, chosen)].flatMap((key) => layout.pieces[key] ?? []);
    move((now) => revealing(now, at, size, near));
  }, [chosen, size.width, size.height]);
  return { ...state, size };
}
