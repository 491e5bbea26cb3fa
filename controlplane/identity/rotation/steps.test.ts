import { expect, it } from 'vitest';
import type { AuthorityRecord } from '../../mesh/identity-records.ts';
import type { LedgerEntry } from '../certificate-ledger.ts';
import {
  isStepDone,
  later,
  LEAST_STEP_MS,
  missing,
  withFirstRootOnly,
  withLastRootSigning,
  withNextRoot,
} from './steps.ts';

const root = (name: string) => ({ certificate: name, sealedKey: '' });
const IDLE: AuthorityRecord = {
  trustDomain: 'apps.example',
  roots: [root('old')],
  issuing: root('intermediate'),
  retired: [],
};
const certificate = (generation: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  serial: String(generation),
  node: 'mesh/m/virtualNode/a',
  owner: '111122223333',
  spiffeId: '',
  ends: 1,
  issued: 0,
  generation,
  from: '10.0.0.1',
  proof: undefined,
  proven: 0,
  ...more,
});
const names = ({ roots }: AuthorityRecord) => roots.map((each) => each.certificate);

it('three steps: both roots are trusted, the new one signs, the old one goes; each is a generation', () => {
  const distributing = withNextRoot(IDLE, root('new'), 1000) ?? IDLE;
  expect(names(distributing)).toEqual(['old', 'new']);
  expect(distributing).toMatchObject({ generation: 1, rotation: { step: 'distributing', since: 1000 } });
  expect(withNextRoot(distributing, root('third'), 2000)).toBeUndefined();
  const signing = withLastRootSigning(distributing, 3000);
  expect(names(signing)).toEqual(['new', 'old']);
  expect(signing).toMatchObject({ generation: 2, rotation: { step: 'signing', since: 3000 } });
  const done = withFirstRootOnly(signing, []);
  expect(names(done)).toEqual(['new']);
  expect(done).toMatchObject({ generation: 3, rotation: undefined });
  expect(names(withLastRootSigning(signing, 4000))).toEqual(['old', 'new']);
});

it('a step is done when no certificate of an earlier generation is in use, and no sooner than another replica’s last one is in the store', () => {
  const record = withNextRoot(IDLE, root('new'), 0) ?? IDLE;
  const done = (entries: readonly LedgerEntry[], followedMs = LEAST_STEP_MS) =>
    isStepDone(record, entries, { now: 0, followedMs });
  expect(done([])).toBe(true);
  expect(done([], LEAST_STEP_MS - 1)).toBe(false);
  expect(done([certificate(1)])).toBe(true);
  expect(done([certificate(1), certificate(0)])).toBe(false);
  expect(done([certificate(0, { revoked: 1 })])).toBe(true);
  expect(isStepDone(IDLE, [], { now: 0, followedMs: LEAST_STEP_MS })).toBe(false);
  expect(missing(later(record), [certificate(1), certificate(2)])).toHaveLength(1);
});

it('after a restore, a step waits as long as certificates of after the backup may be in use: it did not wait for agents that had not connected since', () => {
  const restored = { ...IDLE, unknownUntil: 1_000_000 };
  const record = withNextRoot(restored, root('new'), 0) ?? restored;
  const done = (now: number) => isStepDone(record, [], { now, followedMs: LEAST_STEP_MS });
  expect(done(999_999)).toBe(false);
  expect(done(1_000_000)).toBe(true);
  expect(withLastRootSigning(record, 0).unknownUntil).toBe(1_000_000);
});
