import { expect, test } from 'vitest';
import type { Condition, ContainerDefinition } from './definition.ts';
import { mayStop, readiness, type ContainerState } from './order.ts';

const waiting: ContainerState = { kind: 'waiting' };
const running: ContainerState = { kind: 'running', id: 'x', healthy: false, since: 0 };
const healthy: ContainerState = { ...running, healthy: true };
const ended = (exitCode: number): ContainerState => ({ kind: 'stopped', id: 'x', exitCode });

const after = (condition: Condition): ContainerDefinition => ({
  name: 'app',
  image: 'app',
  dependsOn: [{ containerName: 'envoy', condition }],
});

test.each([
  ['START', waiting, 'waits'],
  ['START', running, 'ready'],
  ['START', ended(1), 'ready'],
  ['COMPLETE', running, 'waits'],
  ['COMPLETE', ended(1), 'ready'],
  ['SUCCESS', running, 'waits'],
  ['SUCCESS', ended(0), 'ready'],
  ['SUCCESS', ended(1), 'never'],
  ['HEALTHY', waiting, 'waits'],
  ['HEALTHY', running, 'waits'],
  ['HEALTHY', healthy, 'ready'],
  ['HEALTHY', ended(0), 'never'],
] as const)('%s of %o: the dependent %s', (condition, state, kind) => {
  expect(readiness(after(condition), new Map([['envoy', state]])).kind).toBe(kind);
});

test('a container stops when all that depend on it have stopped, whatever the condition', () => {
  const containers = [after('START'), { name: 'envoy', image: 'envoy' }];
  const states = new Map<string, ContainerState>([
    ['app', running],
    ['envoy', running],
  ]);
  expect(mayStop('envoy', containers, states)).toBe(false);
  expect(mayStop('app', containers, states)).toBe(true);
  expect(mayStop('envoy', containers, states.set('app', ended(0)))).toBe(true);
});
