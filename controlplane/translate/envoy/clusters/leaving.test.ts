import { expect, test } from 'vitest';
import type { Instance } from '../../external-inputs.ts';
import { withoutLeaving } from './leaving.ts';

const instance = (id: string, ipv4: string, port?: number): Instance => ({
  id,
  ipv4,
  ...(port === undefined ? {} : { port }),
  healthy: true,
  attributes: {},
});
const left = (instances: readonly Instance[], from: string, addresses: readonly string[] = []) =>
  withoutLeaving(instances, [{ from, addresses }]).map(({ id }) => id);

test('an agent takes out the instances with its address, which may be registered several times', () => {
  const all = [
    instance('a', '10.0.0.1', 80),
    instance('again', '10.0.0.1', 80),
    instance('b', '10.0.0.2', 80),
  ];
  expect(left(all, '10.0.0.1', ['10.0.0.2'])).toEqual(['b']);
  expect(left(all, '192.0.2.1', ['10.0.0.1'])).toEqual(['b']);
  expect(left(all, '192.0.2.1')).toEqual(['a', 'again', 'b']);
  expect(left(all.slice(0, 2), '10.0.0.1')).toEqual(['a', 'again']);
});

test('tasks that share an address at different ports stay: the agent of one does not take out the others', () => {
  const host = [instance('a', '10.0.0.1', 32_768), instance('b', '10.0.0.1', 32_769)];
  const all = [...host, instance('c', '10.0.0.2', 80)];
  expect(left(all, '10.0.0.1', ['172.17.0.2'])).toEqual(['a', 'b', 'c']);
  expect(left(all, '192.0.2.1', ['10.0.0.1', '10.0.0.2'])).toEqual(['a', 'b']);
});
