import { expect, test } from 'vitest';
import type { FiguresLine, LiveFigures } from '../../../common/contracts/reports.ts';
import { EXAMPLE, meshOf, node, resource, route } from '../../testing/example-mesh.ts';
import { graphOf } from '../graph/graph-of.ts';
import { callersOf, observedOf } from './observed.ts';
import { ofKind, type MeshModel } from '../resources.ts';

const T0 = 1_000_000;

/** A line of `front` with the same count in each of three slots. */
function line(to: string, requests: number, errors = 0, more: Partial<FiguresLine> = {}): FiguresLine {
  return {
    from: { kind: 'virtualNode', name: 'front' },
    to: { kind: 'virtualNode', name: to },
    cluster: `cds_egress_m_${to}_http_8080`,
    unit: 'requests',
    requests: [requests, requests, requests],
    errors: [errors, errors, errors],
    active: [0, 0, 0],
    ...more,
  };
}

function figures(...lines: readonly FiguresLine[]): LiveFigures {
  const times = [T0, T0 + 5000, T0 + 10_000];
  const rest = {
    mesh: 'm',
    meshOwner: '0',
    source: 'agents',
    linesLeftOut: 0,
    reporting: 1,
    missing: [],
  } as const;
  return { ...rest, slotSeconds: 5, times, lines };
}

function seen(all: LiveFigures | undefined, since = T0, model: MeshModel = EXAMPLE) {
  const [found] = ofKind(model, 'route');
  if (found === undefined) throw new Error('the mesh has no route');
  return observedOf(graphOf(model), model, found, all, since);
}

test('the callers of a route are the nodes and gateways that call a virtual service of its router', () => {
  expect(callersOf(graphOf(EXAMPLE), EXAMPLE, 'shop')).toEqual(['virtualGateway/edge', 'virtualNode/front']);
});

test('each target has its share of the requests, its rate and its failures since the weights stand', () => {
  const found = seen(figures(line('shop-v1', 75), line('shop-v2', 25, 5)), T0 + 5000);
  expect(found).toMatchObject({ seconds: 10, requests: 200, mixed: false });
  expect(found?.targets).toEqual([
    { requests: 150, perSecond: 15, share: 0.75, errors: 0, unlike: false },
    { requests: 50, perSecond: 5, share: 0.25, errors: 0.2, unlike: false },
  ]);
});

test('a share that chance does not explain is marked, but not that of few requests', () => {
  expect(
    seen(figures(line('shop-v1', 500), line('shop-v2', 500)))?.targets.map(({ unlike }) => unlike),
  ).toEqual([true, true]);
  expect(seen(figures(line('shop-v1', 5), line('shop-v2', 5)))?.targets.map(({ unlike }) => unlike)).toEqual([
    false,
    false,
  ]);
});

test('without figures since then, or of no caller, there is nothing to see', () => {
  expect(seen(undefined)).toBeUndefined();
  expect(seen(figures(line('shop-v1', 1)), T0 + 60_000)).toBeUndefined();
  const other = { from: { kind: 'virtualNode', name: 'other' } } as const;
  expect(seen(figures(line('shop-v1', 1, 0, other)))).toBeUndefined();
});

test('absurd figures, negative, huge, missing and with more failures than requests, give shares and rates that are numbers', () => {
  const absurd = [-5, 1e308, null];
  const found = seen(
    figures(line('shop-v1', 0, 0, { requests: absurd, errors: [1e308, null, -1] }), line('shop-v2', 3)),
  );
  for (const target of found?.targets ?? []) {
    expect(Number.isFinite(target.perSecond)).toBe(true);
    expect(target.share).toBeGreaterThanOrEqual(0);
    expect(target.share).toBeLessThanOrEqual(1);
    expect(target.errors).toBeLessThanOrEqual(1);
  }
});

test('connections of tcp have no failures, because Envoy counts none', () => {
  const found = seen(figures(line('shop-v1', 3, 0, { unit: 'connections' }), line('shop-v2', 1)));
  expect(found?.targets.map(({ errors }) => errors)).toEqual([undefined, 0]);
});

test('a target that the callers reach by another service, too, is marked as mixed', () => {
  const model = meshOf(
    ...EXAMPLE.resources.filter(({ name }) => name !== 'front'),
    node('front', 'shop.example', 'direct.example'),
    resource('virtualService', 'direct.example', {
      provider: { virtualNode: { virtualNodeName: 'shop-v1' } },
    }),
  );
  expect(seen(figures(line('shop-v1', 1)), T0, model)?.mixed).toBe(true);
  const second = meshOf(...EXAMPLE.resources, route('shop', 'second', '/b', { 'shop-v1': 1 }));
  expect(seen(figures(line('shop-v1', 1)), T0, second)?.mixed).toBe(true);
});
