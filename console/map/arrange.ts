import { Graph, layout } from '@dagrejs/dagre';
import type { Layout, Point, Skeleton } from './layout.ts';

const LABEL = { height: 20, labelpos: 'c' as const };
/** Room for the longest usual label: requests a second and errors, and that of a route also its share. */
const WIDTHS = { weight: 216, other: 152 };

/** Lays a map out in layers from left to right. The same skeleton always gives the same layout. */
export function arrange({ size, pieces, lines }: Skeleton): Layout {
  const graph = new Graph();
  graph.setGraph({
    rankdir: 'LR',
    nodesep: 22,
    ranksep: 40,
    edgesep: 14,
    marginx: 20,
    marginy: 20,
    // Nodes that call each other in circles would become one long chain by the default, depth-first.
    acyclicer: 'greedy',
    // A tenth of the time of the default at 300 pieces, and as many columns.
    ranker: 'tight-tree',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const key of pieces) graph.setNode(key, { ...size });
  for (const [from, to] of lines) {
    const width = from.startsWith('virtualService/') ? WIDTHS.weight : WIDTHS.other;
    graph.setEdge(from, to, { ...LABEL, width });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const point = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) });
  return {
    width: Math.max(Math.round(width), size.width),
    height: Math.max(Math.round(height), size.height),
    pieces: Object.fromEntries(pieces.map((key) => [key, point(graph.node(key) as unknown as Point)])),
    lines: Object.fromEntries(
      lines.map(([from, to]) => [
        `${from}>${to}`,
        (graph.edge(from, to) as unknown as { points: Point[] }).points.map(point),
      ]),
    ),
  };
}
