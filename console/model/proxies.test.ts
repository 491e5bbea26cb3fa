import { expect, test } from 'vitest';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { pieceOf, proxiesOf, summarize } from './proxies.ts';

function proxy(resource: string, state: ProxyStatus['state']): ProxyStatus {
  return { resource, state } as ProxyStatus;
}

const M = { mesh: 'm', owner: '000000000000' };
const PROXIES = [
  proxy('mesh/m/virtualNode/a', 'in sync'),
  proxy('mesh/m@000000000000/virtualNode/a', 'refused'),
  proxy('mesh/m/virtualNode/a', 'updating'),
  proxy('mesh/m/virtualGateway/edge', 'waiting'),
  proxy('mesh/other/virtualNode/a', 'refused'),
];

test('a proxy belongs to the piece of its resource, with or without the account of its mesh', () => {
  expect(pieceOf('mesh/m@000000000000/virtualNode/a', M)).toBe('virtualNode/a');
  expect(pieceOf('mesh/other/virtualNode/a', M)).toBeUndefined();
  expect(pieceOf('', M)).toBeUndefined();
  expect(proxiesOf(PROXIES, M)).toHaveLength(4);
});

test('a proxy of a mesh of the same name in another account does not belong to this one: it was counted', () => {
  const other = 'mesh/m@111122223333/virtualNode/a';
  expect(pieceOf(other, M)).toBeUndefined();
  expect(pieceOf(other, { ...M, owner: '' })).toBe('virtualNode/a');
  expect(pieceOf(other, { ...M, owner: '111122223333' })).toBe('virtualNode/a');
});

test('a piece has the number of its proxies, those that refused, and the state that needs attention most', () => {
  expect([...summarize(PROXIES, M)]).toEqual([
    ['virtualNode/a', { count: 3, worst: 'refused', refused: 1 }],
    ['virtualGateway/edge', { count: 1, worst: 'waiting', refused: 0 }],
  ]);
});
