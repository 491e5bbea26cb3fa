import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { graphOf } from '../model/graph/graph-of.ts';
import { EXAMPLE, meshOf, route } from '../testing/example-mesh.ts';
import { en } from '../text/en.ts';
import { ja } from '../text/ja.ts';
import { arrange } from './arrange.ts';
import { PIECE, skeletonOf } from './layout.ts';
import { LineView } from './line-view.tsx';
import { anchored, middleOf, smoothPath } from './lines.ts';
import { shareText } from './share-text.ts';

test('a line leaves a piece at the side that looks to the other one, and its tip has room', () => {
  const [left, right] = [
    { x: 100, y: 50 },
    { x: 500, y: 90 },
  ];
  expect(anchored([left, { x: 300, y: 60 }, right], left, right, 200)).toEqual([
    { x: 200, y: 50 },
    { x: 300, y: 60 },
    { x: 393, y: 90 },
  ]);
  const back = anchored([right, left], right, left, 200);
  expect([back[0]?.x, back.at(-1)?.x]).toEqual([400, 207]);
});

test('a path passes all points, and the label stands half-way', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 4 },
    { x: 30, y: 4 },
    { x: 50, y: 8 },
  ];
  const path = smoothPath(points);
  for (const { x, y } of points) expect(path).toContain(`${x} ${y}`);
  expect(middleOf(points)).toEqual({ x: 20, y: 4 });
  expect([smoothPath([]), middleOf([])]).toEqual(['', { x: 0, y: 0 }]);
});

test('a share has the name of its route where the router has several', () => {
  const share = { key: 'route/shop/all', share: 0.25 };
  expect(shareText({ ...share, only: true })).toBe('25 %');
  expect(shareText({ ...share, only: false })).toBe('25 % all');
});

test.each([
  en,
  ja,
])('the share, requests and errors of a line have room between its pieces: they covered the line and its tip', (t) => {
  const eighths = route('shop', 'all', '/', { 'shop-v1': 5, 'shop-v2': 3 });
  const graph = graphOf(meshOf(...EXAMPLE.resources.filter(({ kind }) => kind !== 'route'), eighths));
  const layout = arrange(skeletonOf(graph));
  for (const line of graph.lines) {
    const [from, to] = [layout.pieces[line.from], layout.pieces[line.to]];
    if (from === undefined || to === undefined) throw new Error(`${line.key} has no place`);
    const html = renderToString(
      <LineView
        t={t}
        line={line}
        points={layout.lines[line.key] ?? []}
        from={from}
        to={to}
        rate={{ perSecond: 9.9, errors: 0.123 }}
        dim={false}
      />,
    );
    const width = Number(/class="pill"[^>]*width="([\d.]+)"/.exec(html)?.[1] ?? NaN);
    // The line and its tip are seen beside the label.
    expect(width).toBeLessThan(Math.abs(to.x - from.x) - PIECE.width - 30);
  }
});
