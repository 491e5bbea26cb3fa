import { expect, it } from 'vitest';
import type { AuthorityRecord } from '../mesh/identity-records.ts';
import type { Resource } from '../mesh/resource.ts';
import { withLaterAuthority } from './restored-authority.ts';

const times = { uid: 'u', version: 1, createdAt: 0, lastUpdatedAt: 0, resourceOwner: '', tags: [] };
const place = { owner: '', mesh: '', parent: '' };
const MESH: Resource = { kind: 'mesh', ...place, name: 'm', spec: {}, ...times };

function restored(
  record: Partial<AuthorityRecord>,
  others: readonly Resource[] = [],
): AuthorityRecord | undefined {
  const signer = { certificate: '', sealedKey: '' };
  const spec: AuthorityRecord = {
    trustDomain: 'd',
    roots: [signer],
    issuing: signer,
    retired: [],
    ...record,
  };
  const authority: Resource = { kind: 'authority', ...place, name: 'authority', spec, ...times };
  const [mesh, after] = withLaterAuthority([MESH, authority, ...others], 5000);
  expect(mesh).toBe(MESH);
  return after?.spec as AuthorityRecord | undefined;
}

it('a restored authority is in a later generation than any since the backup, so that each agent renews', () => {
  expect(restored({})).toMatchObject({ generation: 1000, trustDomain: 'd' });
  expect(restored({ generation: 7 })?.generation).toBe(1007);
  expect(restored({})?.rotation).toBeUndefined();
});

it('a rotation of the backup begins its step again: the agents did not have the time to renew', () => {
  expect(restored({ rotation: { step: 'signing', since: 1 } })?.rotation).toEqual({
    step: 'signing',
    since: 5000,
  });
});

it('certificates of after the backup may be in use as long as those of its meshes live', () => {
  const identity = (name: string, certificateHours?: number): Resource => ({
    kind: 'meshIdentity',
    ...place,
    mesh: name,
    name: 'default',
    spec: certificateHours === undefined ? {} : { certificateHours },
    ...times,
  });
  const hours = (...others: readonly Resource[]): number =>
    ((restored({}, others)?.unknownUntil ?? 0) - 5000) / 3_600_000;
  expect(hours()).toBe(72);
  expect(hours(identity('a', 1), identity('b'))).toBe(72);
  expect(hours(identity('a', 168), identity('b', 24))).toBe(168);
});
