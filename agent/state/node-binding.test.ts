import { expect, test } from 'vitest';
import { bindingOf, bindingProblem, stateFileName } from './node-binding.ts';
import { NODE, nodeOf } from './testing/stored-config.ts';

const problem = (stored: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>>) =>
  bindingProblem(bindingOf(nodeOf('n', stored)), bindingOf(nodeOf('n', own)));

test('the binding does not depend on the process, the version or unknown values', () => {
  const other = nodeOf(NODE.id, { instance: 'j', version: '2', task: { arn: 'x' }, zone: 'a' });
  expect(bindingOf(other)).toEqual(bindingOf(NODE));
  expect(bindingProblem(bindingOf(NODE), bindingOf(other))).toBeUndefined();
});

test.each([
  ['another node', 'mesh/apps/virtualNode/other'],
  ["another mesh's node of that name", 'mesh/other/virtualNode/b'],
])("a configuration of %s is not this node's", (_, id) => {
  expect(bindingProblem(bindingOf(nodeOf(id)), bindingOf(NODE))).toBe(`belongs to ${id}`);
});

test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>, string]>([
  [
    'another address of the application',
    { appAddress: '10.0.0.1' },
    { appAddress: '10.0.0.2' },
    'appAddress',
  ],
  ['an address of the application, now the default', { appAddress: '10.0.0.1' }, {}, 'appAddress'],
  ['the default address of the application, now another', {}, { appAddress: '10.0.0.1' }, 'appAddress'],
  ['IPv6, which is gone', { ipv6: true }, {}, 'ipv6'],
  ['no secret server, which is there now', {}, { sds: true }, 'sds'],
  ['an ability that the agent lost by a downgrade', { names: true }, {}, 'names'],
])('a configuration made for %s is not for this proxy', (_, stored, own, name) => {
  expect(problem(stored, own)).toContain(`was made for a proxy with ${name} `);
});

test('an ability that the agent gained by an upgrade does no harm', () => {
  expect(problem({}, { names: true })).toBeUndefined();
});

test('file names differ for all ids, are readable, and contain no slash', () => {
  expect(stateFileName(bindingOf(NODE))).toMatch(/^mesh_apps_virtualNode_b-[0-9a-f]{16}\.state$/);
  const names = [
    'mesh/a/virtualNode/b_c',
    'mesh/a/virtualNode/b/c',
    `mesh/${'m'.repeat(255)}/virtualNode/n`,
  ].map((id) => stateFileName({ id, features: {} }));
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[\w.-]{1,130}$/);
});
