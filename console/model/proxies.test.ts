import { expect, test } from 'vitest';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { pieceOf, proxiesOf, summarize } from './proxies.ts';

function proxy(resource: string, state: ProxyStatus['state']): ProxyStatus {
  return { resource, state } as ProxyStatus;
}

const PROXIES = [
  proxy('mesh/m/virtualNode/a', 'in sync'),
  proxy('mesh/m@000000000000/virtualNode/a', 'refused'),
  proxy('mesh/m/virtualNode/a', 'updating'),
  proxy('mesh/m/virtualGateway/edge', 'waiting'),
  proxy('mesh/other/virtualNode/a', 'refused'),
];

test('a proxy belongs to the piece of its resource, with or without the account of its mesh', () => {
  expect(pieceOf('mesh/m@000000000000/virtualNode/a', 'm')).toBe('virtualNode/a');
  expect(pieceOf('mesh/other/virtualNode/a', 'm')).toBeUndefined();
  expect(pieceOf('', 'm')).toBeUndefined();
  expect(proxiesOf(PROXIES, 'm')).toHaveLength(4);
});

test('a piece has the number of its proxies, those that refused, and the state that needs attention most', () => {
  expect([...summarize(PROXIES, 'm')]).toEqual([
    ['virtualNode/a', { count: 3, worst: 'refused', refused: 1 }],
    ['virtualGateway/edge', { count: 1, worst: 'waiting', refused: 0 }],
  ]);
});
