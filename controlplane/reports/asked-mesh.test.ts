import { expect, test } from 'vitest';
import type { Statement } from '../auth/policy.ts';
import type { Principal } from '../auth/principal.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../mesh/testing/resources.ts';
import { askedMesh, refusalOf } from './asked-mesh.ts';

const OTHER = '999988887777';
const model = modelFromInputs([{ meshName: 'm' }]);
const allow = (...actions: readonly string[]): Statement => ({ effect: 'Allow', actions, resources: ['*'] });
const READS = allow('daybreak:getreports');

function user(
  statements: readonly Statement[],
  account = FIXTURE_OWNER,
  sharedMeshes: readonly { owner: string; mesh: string }[] = [],
): Principal {
  return { kind: 'user', account, name: 'some', accessKeyId: 'AK', statements, sharedMeshes };
}

test('a user with the permission reads the meshes of the own account, and those that are shared', () => {
  const own = { owner: FIXTURE_OWNER, mesh: 'm' };
  expect(askedMesh(user([READS]), model, { mesh: 'm' })).toEqual(own);
  expect(askedMesh(user([READS], OTHER, [own]), model, { mesh: 'm' })).toEqual(own);
});

test.each([
  ['no permission', user([]), { mesh: 'm' }],
  ['another permission', user([allow('appmesh:*', 'daybreak:getstatus')]), { mesh: 'm' }],
  ['a deny', user([READS, { effect: 'Deny', actions: ['daybreak:*'], resources: ['*'] }]), { mesh: 'm' }],
  ['a mesh that is not shared', user([READS], OTHER), { mesh: 'm', meshOwner: FIXTURE_OWNER }],
  [
    'a mesh that does not exist, of another account',
    user([READS], OTHER),
    { mesh: 'x', meshOwner: FIXTURE_OWNER },
  ],
])('%s: 403', (_what, caller, query) => {
  expect(() => askedMesh(caller, model, query)).toThrow(/is not authorized to perform: daybreak:GetReports/);
});

test('a mesh of the own account that does not exist, or is not shared and not named in full, is not found', () => {
  expect(() => askedMesh(user([READS]), model, { mesh: 'x' })).toThrow('There is no mesh "x"');
  expect(() => askedMesh(user([READS], OTHER), model, { mesh: 'm' })).toThrow(
    `There is no mesh "m" of account ${OTHER}`,
  );
});

test('a stream goes on as long as key and policies allow it', () => {
  const mesh = { owner: FIXTURE_OWNER, mesh: 'm' };
  expect(refusalOf(user([READS]), mesh)).toBeUndefined();
  expect(refusalOf(user([]), mesh)).toContain('daybreak:GetReports');
  expect(refusalOf(user([READS], OTHER), mesh)).toContain('shares no mesh m');
  expect(refusalOf(undefined, mesh)).toContain('has ended');
});
