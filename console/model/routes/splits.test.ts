import { expect, test } from 'vitest';
import type { SpecChange } from '../../../controlplane/console/contract.ts';
import { EXAMPLE, meshOf, route } from '../../testing/example-mesh.ts';
import { splitsOf } from './splits.ts';
import { standingOf } from './standing.ts';

test('routes with several targets are listed, those that divide their requests first', () => {
  const { moving, resting } = splitsOf(
    meshOf(
      ...EXAMPLE.resources,
      route('shop', 'done', '/done', { 'shop-v1': 0, 'shop-v2': 100 }),
      route('shop', 'plain', '/plain', { 'shop-v1': 1 }),
    ),
  );
  expect(moving.map(({ name }) => name)).toEqual(['all']);
  expect(resting.map(({ name }) => name)).toEqual(['done']);
});

function change(
  id: string,
  before: Record<string, number> | undefined,
  after: Record<string, number>,
): SpecChange {
  const spec = (weights: Record<string, number>) => route('shop', 'all', '/', weights).spec;
  return {
    id,
    revision: 1,
    resource: { kind: 'route', owner: '', mesh: 'm', parent: 'shop', name: 'all', arn: '' },
    change: 'update',
    at: `2026-01-0${id}T00:00:00Z`,
    source: 'api',
    ...(before === undefined ? {} : { before: { version: 1, spec: spec(before) } }),
    after: { version: 2, spec: spec(after) },
  };
}

test('weights stand since the last change that moved them, whatever else changed afterwards', () => {
  const [kept, moved, made] = [
    change('3', { a: 8, b: 2 }, { a: 8, b: 2 }),
    change('2', { a: 10 }, { a: 8, b: 2 }),
    change('1', undefined, { a: 10 }),
  ];
  const standing = standingOf([kept, moved, made]);
  expect(standing).toMatchObject({ since: '2026-01-02T00:00:00Z', newest: false });
  expect(standing.before.map(({ virtualNode, weight }) => [virtualNode, weight])).toEqual([['a', 10]]);
  expect(standingOf([moved, made]).newest).toBe(true);
  expect(standingOf([made]).before).toEqual([]);
  expect(standingOf([kept])).toMatchObject({ since: undefined, change: undefined });
});
