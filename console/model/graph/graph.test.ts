import { expect, test } from 'vitest';
import { EXAMPLE, meshOf, node, resource, route } from '../../testing/example-mesh.ts';
import { arrange } from '../../map/arrange.ts';
import { skeletonOf } from '../../map/layout.ts';
import { graphOf } from './graph-of.ts';
import { grouped, ratesOnShown } from './group.ts';

test('gateways and nodes lead to virtual services, and these to nodes with the share of each route', () => {
  const { lines } = graphOf(EXAMPLE);
  expect(lines.map(({ from, to, routes }) => [from, to, routes.map(({ share }) => share)])).toEqual([
    ['virtualGateway/edge', 'virtualService/shop.example', [1]],
    ['virtualNode/front', 'virtualService/shop.example', []],
    ['virtualNode/front', 'virtualService/gone.example', []],
    ['virtualService/shop.example', 'virtualNode/shop-v1', [0.75]],
    ['virtualService/shop.example', 'virtualNode/shop-v2', [0.25]],
  ]);
});

test('a name that does not exist is on the map, with a fault, and so is a service without a provider or route', () => {
  const { pieces, lines } = graphOf(
    meshOf(
      ...EXAMPLE.resources,
      resource('virtualRouter', 'bare', {}),
      resource('virtualService', 'bare.example', {
        provider: { virtualRouter: { virtualRouterName: 'bare' } },
      }),
      resource('virtualService', 'lost.example', { provider: { virtualNode: { virtualNodeName: 'lost' } } }),
    ),
  );
  expect(pieces.filter(({ fault }) => fault !== undefined).map(({ key, fault }) => [key, fault])).toEqual([
    ['virtualService/bare.example', 'no route'],
    ['virtualService/idle.example', 'no provider'],
    ['virtualService/gone.example', 'missing'],
    ['virtualNode/lost', 'missing'],
  ]);
  expect(lines.filter(({ fault }) => fault).map(({ to }) => to)).toEqual([
    'virtualService/gone.example',
    'virtualNode/lost',
  ]);
});

test('TLS: the listeners of a node, and the calls that a client policy enforces it for', () => {
  const policy = { clientPolicy: { tls: { validation: { trust: { file: { certificateChain: '/ca' } } } } } };
  const { pieces, lines } = graphOf(
    meshOf(
      resource('virtualNode', 'strict', {
        listeners: [{ portMapping: { port: 1, protocol: 'http' }, tls: { mode: 'STRICT' } }],
      }),
      resource('virtualNode', 'caller', {
        backendDefaults: policy,
        backends: [
          { virtualService: { virtualServiceName: 'a' } },
          { virtualService: { virtualServiceName: 'b', clientPolicy: {} } },
        ],
      }),
    ),
  );
  expect(pieces.find(({ name }) => name === 'strict')?.tls).toBe('strict');
  expect(lines.map(({ to, lock }) => [to, lock])).toEqual([
    ['virtualService/a', 'closed'],
    ['virtualService/b', undefined],
  ]);
});

test('a mesh of 2,000 pieces is shown as groups, which open one by one', () => {
  const resources = Array.from({ length: 50 }, (_, team) =>
    Array.from({ length: 20 }, (__, index) => {
      const name = `team${team}-app${index}`;
      return [
        node(name, `team${(team + 1) % 50}-app${index}.svc`),
        resource('virtualRouter', name, {}),
        route(name, 'r', '/', { [name]: 1 }),
        resource('virtualService', `${name}.svc`, {
          provider: { virtualRouter: { virtualRouterName: name } },
        }),
      ];
    }),
  ).flat(2);
  const graph = graphOf(meshOf(...resources));
  expect(graph.pieces).toHaveLength(2000);
  const small = grouped(graph);
  expect(small.pieces.length).toBeLessThanOrEqual(300);
  expect(small.pieces.flatMap(({ key, members }) => members ?? [key])).toHaveLength(2000);
  const [group] = small.pieces.filter(({ kind }) => kind === 'group');
  const opened = grouped(graph, new Set([group?.key ?? '']));
  expect(opened.pieces.map(({ key }) => key)).toEqual(expect.arrayContaining([...(group?.members ?? [])]));
  expect(
    opened.lines.every(({ from, to }) =>
      [from, to].every((end) => opened.pieces.some(({ key }) => key === end)),
    ),
  ).toBe(true);
});

test('a group has the requests of its members, and their failures by share', () => {
  const whole = graphOf(
    meshOf(
      ...['front', 'shop-v1', 'shop-v2'].map((name) =>
        node(name, ...(name === 'front' ? ['shop-v1.example', 'shop-v2.example'] : [])),
      ),
      ...['shop-v1', 'shop-v2'].map((virtualNodeName) =>
        resource('virtualService', `${virtualNodeName}.example`, {
          provider: { virtualNode: { virtualNodeName } },
        }),
      ),
    ),
  );
  const line = (name: string) => `virtualService/${name}.example>virtualNode/${name}`;
  const rates = {
    lines: new Map([
      [line('shop-v1'), { perSecond: 30, errors: 0.2 }],
      [line('shop-v2'), { perSecond: 10, errors: 0 }],
    ]),
    pieces: new Map([['virtualNode/front', { perSecond: 5, errors: 1 }]]),
  };
  const shown = grouped(whole, new Set(), 3);
  const onShown = ratesOnShown(whole, shown, rates);
  expect([...onShown.lines]).toEqual([
    ['group/virtualService/shop-v>group/virtualNode/shop-v', { perSecond: 40, errors: 0.15 }],
  ]);
  expect([...onShown.lines.keys()].every((key) => shown.lines.some((each) => each.key === key))).toBe(true);
  expect([...onShown.pieces]).toEqual([['virtualNode/front', { perSecond: 5, errors: 1 }]]);
  expect(ratesOnShown(whole, whole, rates)).toBe(rates);
});

test('nodes that call each other in circles are laid out in few columns', () => {
  const names = Array.from({ length: 24 }, (_, index) => `n${index}`);
  const graph = graphOf(
    meshOf(
      ...names.flatMap((name, index) => [
        node(name, ...[1, 2, 9].map((step) => `n${(index + step) % names.length}.svc`)),
        resource('virtualService', `${name}.svc`, { provider: { virtualNode: { virtualNodeName: name } } }),
      ]),
    ),
  );
  const { pieces } = arrange(skeletonOf(graph));
  const columns = new Set(Object.values(pieces).map(({ x }) => x));
  expect(Object.keys(pieces)).toHaveLength(48);
  expect(columns.size).toBeLessThan(30);
});
