import { expect, test } from 'vitest';
import type { FiguresLine, LiveFigures } from '../../common/contracts/reports.ts';
import type { RouteSpec } from '../../controlplane/model/types.ts';
import { addressOf, placeOf } from '../app/place.ts';
import { arrange } from '../map/arrange.ts';
import { beginning, isSeen, revealing, whole, zoomed } from '../map/frame.ts';
import { skeletonOf } from '../map/layout.ts';
import { moved, neighbourhood } from '../map/moves.ts';
import { lengthOf, shortened } from '../map/shortened.ts';
import { EXAMPLE, meshOf, route } from '../testing/example-mesh.ts';
import { difference } from './difference.ts';
import { extended, ratesOf } from './figures/figures.ts';
import { graphOf } from './graph/graph-of.ts';
import { idOf, keyOf, ofKind } from './resources.ts';
import { describeMatch, inMatchOrder, targetsOf, withTargets } from './routes/routes.ts';

test('other weights change nothing else of a route', () => {
  const spec: RouteSpec = {
    priority: 3,
    httpRoute: {
      match: { prefix: '/a' },
      timeout: { idle: { unit: 's', value: 1 } },
      action: {
        weightedTargets: [
          { virtualNode: 'a', weight: 1, port: 80 },
          { virtualNode: 'b', weight: 0 },
        ],
      },
    },
  };
  const [a, b] = targetsOf(spec);
  if (a === undefined || b === undefined) throw new Error('the route has two targets');
  const changed = withTargets(spec, [
    { ...a, weight: 8 },
    { ...b, weight: 2 },
  ]);
  expect(targetsOf(changed).map(({ share }) => share)).toEqual([0.8, 0.2]);
  expect(withTargets(changed, [a, b])).toEqual(spec);
  const more = withTargets(spec, [a, b, { virtualNode: 'c', weight: 1 }]);
  expect(targetsOf(more).map(({ virtualNode }) => virtualNode)).toEqual(['a', 'b', 'c']);
});

test('a route whose weights are all 0 sends nothing', () => {
  const spec = route('r', 'x', '/', { a: 0, b: 0 }).spec as RouteSpec;
  expect(targetsOf(spec).map(({ share }) => share)).toEqual([0, 0]);
});

test('routes are listed in the order in which a proxy tries them', () => {
  const first = route('r', 'first', '/', { a: 1 });
  const model = meshOf(route('r', 'all', '/', { a: 1 }), route('r', 'longer', '/longer', { a: 1 }), {
    ...first,
    spec: { ...first.spec, priority: 5 },
  });
  expect(inMatchOrder(ofKind(model, 'route', 'r')).map(({ name }) => name)).toEqual([
    'first',
    'longer',
    'all',
  ]);
});

test.each<[RouteSpec, string]>([
  [
    {
      httpRoute: {
        match: {
          prefix: '/',
          method: 'GET',
          headers: [{ name: 'x-user', match: { exact: 'a' }, invert: true }],
        },
        action: { weightedTargets: [] },
      },
    },
    'GET /* not x-user = a',
  ],
  [{ http2Route: { match: { path: { regex: '/a.*' } }, action: { weightedTargets: [] } } }, '~ /a.*'],
  [{ grpcRoute: { match: { serviceName: 's.S' }, action: { weightedTargets: [] } } }, 's.S/*'],
  [{ tcpRoute: { action: { weightedTargets: [] } } }, ''],
])('a match is a line for people: %o', (spec, line) => {
  expect(describeMatch(spec)).toBe(line);
});

test.each([
  'virtualRouter/r/route/x/y',
  'virtualGateway/g/gatewayRoute/x',
  'virtualService/a.b',
  'mesh/m',
])('the key of a resource names it: %s', (key) => {
  const id = idOf(key);
  expect(id && keyOf(id)).toBe(key);
});

test('an address keeps names with slashes, hashes and markup', () => {
  const place = {
    mesh: '<img onerror>',
    page: 'service' as const,
    rest: ['a/b#c?d'],
    owner: '1',
    query: { q: '&' },
  };
  expect(placeOf(addressOf(place))).toEqual(place);
  expect(placeOf('#/')).toBeUndefined();
  expect(placeOf('#/m/nowhere/x')).toMatchObject({ mesh: 'm', page: 'map', rest: [] });
  expect(placeOf('#/%E0%A4%A')).toMatchObject({ mesh: '%E0%A4%A' });
});

test('a difference shows the changed lines with those around them', () => {
  const lines = difference(
    { a: 1, b: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    { a: 2, b: [1, 2, 3, 4, 5, 6, 7, 8, 10] },
  );
  expect(lines.filter(({ kind }) => kind !== 'same').map(({ kind, text }) => [kind, text.trim()])).toEqual([
    ['removed', '"a": 1,'],
    ['added', '"a": 2,'],
    ['gap', '…'],
    ['removed', '9'],
    ['added', '10'],
  ]);
  expect(difference({ a: 1 }, { a: 1 })).toEqual([]);
  expect(difference(undefined, { a: 1 }).every(({ kind }) => kind === 'added')).toBe(true);
});

test('the same pieces and lines have the same layout, from left to right', () => {
  const graph = graphOf(EXAMPLE);
  const reversed = { pieces: graph.pieces.toReversed(), lines: graph.lines.toReversed() };
  const layout = arrange(skeletonOf(graph));
  expect(arrange(skeletonOf(reversed))).toEqual(layout);
  const x = (key: string): number => layout.pieces[key]?.x ?? 0;
  expect(x('virtualNode/front')).toBeLessThan(x('virtualService/shop.example'));
  expect(x('virtualService/shop.example')).toBeLessThan(x('virtualNode/shop-v1'));
});

test('keys move along lines and within a column', () => {
  const graph = graphOf(EXAMPLE);
  const layout = arrange(skeletonOf(graph));
  const go = (from: string, ...moves: Parameters<typeof moved>[3][]): string =>
    moves.reduce((at, move) => moved(graph, layout, at, move), from);
  const target = go('virtualGateway/edge', 'ArrowRight', 'ArrowRight');
  expect(target).toMatch(/^virtualNode\/shop-v/);
  expect(go(target, 'ArrowLeft')).toBe('virtualService/shop.example');
  expect(go(target, 'ArrowRight')).toBe(target);
  const column = go('virtualNode/shop-v1', 'ArrowUp', 'ArrowDown', 'ArrowDown');
  expect(column).toMatch(/^virtualNode\/shop-v/);
  expect([...neighbourhood(graph, 'virtualService/shop.example')]).toHaveLength(5);
});

test('a zoom keeps the point under the pointer where it is', () => {
  const layout = { width: 4000, height: 300, pieces: {}, lines: {} };
  const frame = beginning(layout, { width: 1000, height: 600 });
  const at = { x: 300, y: 200 };
  const near = zoomed(frame, 2, at);
  expect(near.x + at.x / near.scale).toBeCloseTo(frame.x + at.x / frame.scale);
});

test('a large map does not begin at an empty corner: the middle of the first column is in the window', () => {
  const pieces = { root: { x: 120, y: 3000 }, leaf: { x: 3900, y: 40 } };
  const layout = { width: 4000, height: 6000, pieces, lines: {} };
  const size = { width: 1000, height: 600 };
  const { x, y, scale } = beginning(layout, size);
  expect(x).toBe(0);
  expect(scale).toBeGreaterThanOrEqual(0.6);
  expect(y).toBeLessThan(3000);
  expect(y + size.height / scale).toBeGreaterThan(3000);
  expect(whole(layout, size).scale).toBeCloseTo(0.1);
});

test('a window without a piece is noticed', () => {
  const layout = { width: 4000, height: 6000, pieces: { root: { x: 120, y: 3000 } }, lines: {} };
  const size = { width: 1000, height: 600 };
  expect(isSeen(layout, { x: 0, y: 0, scale: 1 }, size)).toBe(false);
  expect(isSeen(layout, beginning(layout, size), size)).toBe(true);
});

test('the pieces beside a revealed one come into the window, as far as there is room', () => {
  const size = { width: 1000, height: 600 };
  const frame = { x: 0, y: 0, scale: 1 };
  expect(revealing(frame, { x: 500, y: 300 }, size, [{ x: 1100, y: 300 }]).x).toBe(220);
  const far = revealing(frame, { x: 500, y: 300 }, size, [{ x: 5000, y: 300 }]);
  expect(far).toEqual(frame);
});

test('a long name is shortened in its middle', () => {
  expect(shortened('colorteller.default.svc.cluster.local')).toMatch(/^colorteller.*….*local$/);
  expect(shortened('short')).toBe('short');
  expect(shortened('とても長い日本語の名前のサービス').length).toBeLessThan(12);
});

test('a name of wide letters is shortened more: it ran out of its piece', () => {
  for (const letter of ['x', 'M', 'W', 'm', '日', 'i']) {
    const long = shortened(letter.repeat(255));
    expect(lengthOf(long)).toBeLessThanOrEqual(19);
    expect(lengthOf(long)).toBeGreaterThan(14);
    expect(shortened(letter.repeat(9)).length).toBeLessThanOrEqual(9);
  }
  expect(shortened('W'.repeat(255)).length).toBeLessThanOrEqual(12);
  expect(shortened('日'.repeat(10))).toMatch(/^日+…日+$/);
});

function figures(times: number[], requests: (number | null)[], errors: (number | null)[]): LiveFigures {
  return {
    mesh: 'm',
    meshOwner: '000000000000',
    source: 'agents',
    slotSeconds: 5,
    times,
    lines: [
      {
        from: { kind: 'virtualNode', name: 'front' },
        to: { kind: 'virtualNode', name: 'shop-v1' },
        cluster: 'c',
        unit: 'requests',
        requests,
        errors,
        active: requests.map(() => 0),
      },
    ],
    linesLeftOut: 0,
    reporting: 1,
    missing: [],
  };
}

test('the newest figures are on the lines between a caller and a node, through the virtual service', () => {
  const { lines } = ratesOf(graphOf(EXAMPLE), figures([0, 5000], [1, 50], [0, 5]));
  const rate = { perSecond: 10, errors: 0.1 };
  expect([...lines]).toEqual([
    ['virtualNode/front>virtualService/shop.example', rate],
    ['virtualService/shop.example>virtualNode/shop-v1', rate],
  ]);
  expect(ratesOf(graphOf(EXAMPLE), figures([0], [null], [null])).lines.size).toBe(0);
});

test('newer figures continue older ones, without a slot twice, and with a bound', () => {
  const first = figures([0, 5000], [1, 2], [0, 0]);
  const joined = extended(first, figures([5000, 10_000], [2, 3], [0, 0]), 2);
  expect(joined.times).toEqual([5000, 10_000]);
  expect(joined.lines[0]?.requests).toEqual([2, 3]);
});

test('the line of a node that is gone leaves with its last number: a page that was open for days kept them all', () => {
  const lineOf = (cluster: string, requests: (number | null)[]): FiguresLine => ({
    from: { kind: 'virtualNode', name: 'front' },
    to: { kind: 'virtualNode', name: cluster },
    cluster,
    unit: 'requests',
    requests,
    errors: requests,
    active: requests,
  });
  const at = (time: number, ...lines: FiguresLine[]): LiveFigures => ({
    ...figures([time], [0], [0]),
    lines,
  });
  let kept = at(0, lineOf('gone', [1]), lineOf('there', [1]));
  const clusters = () => kept.lines.map(({ cluster }) => cluster);
  for (const slot of [1, 2]) kept = extended(kept, at(slot * 5000, lineOf('there', [1])), 3);
  expect(clusters()).toEqual(['gone', 'there']);
  kept = extended(kept, at(15_000, lineOf('there', [1])), 3);
  expect(clusters()).toEqual(['there']);
});

test('after the clock of the control plane was set back, figures go on', () => {
  const hour = 3_600_000;
  const before = figures([hour, hour + 5000], [1, 2], [0, 0]);
  const back = extended(before, figures([10_000], [3], [0]), 9);
  expect(back.times).toEqual([0, 5000, 10_000]);
  expect(back.lines[0]?.requests).toEqual([1, 2, 3]);
  expect(extended(back, figures([15_000], [4], [0]), 9).times).toEqual([0, 5000, 10_000, 15_000]);
  // The same slot again, read a millisecond earlier or later, is no jump.
  const again = extended(before, figures([hour + 4999], [2], [0]), 9);
  expect(again.lines[0]?.requests).toEqual([1, 2]);
});
