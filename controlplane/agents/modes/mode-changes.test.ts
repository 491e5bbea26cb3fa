import { afterEach, expect, test, vi } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { modelFromInputs, put, resourceFromInput, type Written } from '../../mesh/testing/resources.ts';
import type { Model } from '../../mesh/model.ts';
import type { Change } from '../../mesh/resource.ts';
import { formerIdentities, type FormerIdentities } from './former-identities.ts';
import { identitiesOf } from './identities.ts';
import { createModeChanges, type ModeChanges } from './mode-changes.ts';
import type { ModeTimes } from './mode-times.ts';
import type { PendingReplicas } from './pending-replicas.ts';
import type { HistoryQuery } from '../../store/spec-history.ts';
import type { NodeId } from '../draining.ts';

const log = createLog('test', 'silent');
const meshName = 'm';
const mesh = { owner: '000000000000', mesh: 'm' };
const NODE: NodeId = { ...mesh, kind: 'virtualNode', parent: '', name: 'n' };
const ofMesh = (mtls: string): Written => ({ meshName, meshIdentityName: 'default', spec: { mtls } });

let model: Model;
let modes: ModeChanges;
let revision = 100;
let tell: (changes: readonly Change[]) => void;
const ended: string[] = [];

const TIMES = { settled: 20, most: 2000, restarted: 2000, every: 5 };

function open(
  mtls: string,
  recent: readonly FormerIdentities[] = [],
  times: Partial<ModeTimes> = {},
  pending?: PendingReplicas,
): void {
  model = modelFromInputs([
    { meshName, spec: {} },
    { meshName, virtualNodeName: 'n', spec: {} },
    ofMesh(mtls),
  ]);
  const onChanges = (listener: typeof tell) => {
    tell = listener;
    return () => undefined;
  };
  modes = createModeChanges({ model, onChanges, recent, log, pending }, { ...TIMES, ...times });
  ended.length = 0;
  modes.onEnd(({ name }) => ended.push(name));
}
afterEach(() => {
  modes.close();
  vi.useRealTimers();
});

function write(written: Written): void {
  const change = put(resourceFromInput(written), (revision += 1));
  model.apply([change]);
  tell([change]);
}

test('a change of the mode lasts until proxies and callers are settled, so that they change one after the other', async () => {
  open('PERMISSIVE');
  let isSettled = false;
  modes.follow(() => isSettled);
  expect(modes.of(NODE)).toBeUndefined();
  write(ofMesh('STRICT'));
  expect(modes.of(NODE)).toEqual({ from: 'PERMISSIVE', to: 'STRICT' });
  isSettled = true;
  await expect.poll(() => modes.of(NODE)).toBeUndefined();
  expect(ended).toEqual(['n']);
});

test('a proxy that never answers holds a change for a limited time', async () => {
  open('STRICT');
  write(ofMesh('PERMISSIVE'));
  expect(modes.of(NODE)).toEqual({ from: 'STRICT', to: 'PERMISSIVE' });
  await expect.poll(() => ended).toEqual(['n']);
});

test('a change did not wait for callers at another replica: it waits for them, and tells the others about its own', async () => {
  const told: boolean[] = [];
  let elsewhere = true;
  open(
    'PERMISSIVE',
    [],
    { most: 600_000 },
    {
      set: (_, isPending) => void told.push(isPending),
      elsewhere: () => elsewhere,
    },
  );
  let isSettled = false;
  modes.follow(() => isSettled);
  write(ofMesh('STRICT'));
  await expect.poll(() => told).toContain(true);
  isSettled = true;
  await expect.poll(() => told.at(-1)).toBe(false);
  // Many times the time that proxies have to be settled.
  await new Promise((resolve) => setTimeout(resolve, 10 * TIMES.settled));
  expect(modes.of(NODE)).toEqual({ from: 'PERMISSIVE', to: 'STRICT' });
  elsewhere = false;
  await expect.poll(() => ended).toEqual(['n']);
});

test('from OFF nothing is held, because callers wait for each instance', () => {
  open('OFF');
  write(ofMesh('PERMISSIVE'));
  expect(modes.of(NODE)).toBeUndefined();
});

test('a mode that is taken back while it changes ends the change, and a further one begins with the first mode', () => {
  open('STRICT');
  write(ofMesh('PERMISSIVE'));
  write(ofMesh('STRICT'));
  expect(modes.of(NODE)).toBeUndefined();
  write(ofMesh('PERMISSIVE'));
  write(ofMesh('OFF'));
  expect(modes.of(NODE)).toEqual({ from: 'STRICT', to: 'OFF' });
});

test('a virtual node that was made after the mode was set is held too', () => {
  open('PERMISSIVE');
  write({ meshName, virtualNodeName: 'later', spec: {} });
  write(ofMesh('OFF'));
  expect(modes.of({ ...NODE, name: 'later' })).toEqual({ from: 'PERMISSIVE', to: 'OFF' });
});

test('a control plane that was killed during a change goes on with it, until the longest time of a change is over', async () => {
  open('OFF');
  const identities = identitiesOf(modelFromInputs([ofMesh('PERMISSIVE')]), mesh);
  open('OFF', [{ mesh, states: [identities], at: Date.now() - 500 }]);
  modes.follow(() => true);
  expect(modes.of(NODE)).toEqual({ from: 'PERMISSIVE', to: 'OFF' });
  await expect.poll(() => ended).toEqual(['n']);
});

test('a change that a replica with a clock an hour ahead has written takes no hour', async () => {
  open('OFF');
  const identities = identitiesOf(modelFromInputs([ofMesh('PERMISSIVE')]), mesh);
  open('OFF', [{ mesh, states: [identities], at: Date.now() + 3_600_000 }]);
  modes.follow(() => true);
  await expect.poll(() => ended).toEqual(['n']);
});

test('setting the clock back during a change does not make the change longer: plain text was allowed until the clock had caught up', async () => {
  open('PERMISSIVE');
  write(ofMesh('STRICT'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  await expect.poll(() => ended).toEqual(['n']);
});

test('the identities of a minute ago come from the history: changed ones as they were, new ones not at all, and commits without a mode make no state', async () => {
  open('OFF');
  const now = 1_000_000;
  const id = (kind: 'meshIdentity' | 'nodeIdentity', name: string) => ({ ...mesh, kind, parent: '', name });
  const origin = { by: undefined, source: 'api' } as const;
  const before = (mtls: 'STRICT' | 'PERMISSIVE') => ({ version: 1, spec: { mtls }, tags: [] });
  const history = async () =>
    [
      { id: id('nodeIdentity', 'x'), at: now - 1, change: 'create', origin, before: undefined },
      {
        id: id('meshIdentity', 'default'),
        at: now - 2,
        change: 'update',
        origin,
        before: before('PERMISSIVE'),
      },
      { id: id('meshIdentity', 'default'), at: now - 3, change: 'update', origin, before: before('STRICT') },
      { id: id('meshIdentity', 'default'), at: now - 90_000, change: 'update', origin, before: undefined },
    ].map((each, index) => ({ ...each, revision: 9 - index, step: 1 })) as never;
  const [found] = await formerIdentities({ history }, model, now);
  expect(found).toMatchObject({
    mesh,
    at: now - 1,
    states: [
      [{ kind: 'meshIdentity', spec: { mtls: 'STRICT' } }],
      [{ kind: 'meshIdentity', spec: { mtls: 'PERMISSIVE' } }],
    ],
  });
  expect(await formerIdentities({ history }, model, now + 60_000)).toEqual([]);
});

test.each([
  [['OFF', 'PERMISSIVE', 'STRICT'], { from: 'PERMISSIVE', to: 'STRICT' }],
  [['OFF', 'PERMISSIVE', 'OFF'], { from: 'PERMISSIVE', to: 'OFF' }],
  [['STRICT', 'PERMISSIVE', 'OFF'], { from: 'STRICT', to: 'OFF' }],
  // The earlier process may have finished the first step.
  [['STRICT', 'PERMISSIVE', 'STRICT'], { from: 'PERMISSIVE', to: 'STRICT' }],
  [['PERMISSIVE', 'OFF', 'PERMISSIVE'], undefined],
] as const)('a control plane that was killed after the modes %j within a minute forgot a change: now %j goes on', async (written, change) => {
  const now = Date.now();
  open(written.at(-1) ?? '');
  const id = { ...mesh, kind: 'meshIdentity', parent: '', name: 'default' } as const;
  const history = async () =>
    written
      .slice(0, -1)
      .map((mtls, at) => ({
        id,
        at: now - 1000 + at,
        change: 'update',
        origin: { by: undefined, source: 'api' },
        before: { version: at + 1, spec: { mtls }, tags: [] },
        revision: at + 1,
        step: 1,
      }))
      .toReversed() as never;
  modes.close();
  modes = createModeChanges({
    model,
    onChanges: () => () => undefined,
    recent: await formerIdentities({ history }, model, now),
    log,
  });
  expect(modes.of(NODE)).toEqual(change);
});

test('a change of the mode before more than a hundred other changes of a busy mesh was not found at a restart', async () => {
  const now = 1_000_000;
  open('STRICT');
  const route = (step: number) => ({
    id: { ...mesh, kind: 'virtualService', parent: '', name: 's' },
    at: now - 1,
    revision: 1000 - step,
    step: 1,
  });
  const change = {
    id: { ...mesh, kind: 'meshIdentity', parent: '', name: 'default' },
    at: now - 2,
    before: { version: 1, spec: { mtls: 'PERMISSIVE' }, tags: [] },
    revision: 2,
    step: 1,
  };
  const all = [...Array.from({ length: 250 }, (_, step) => route(step)), change];
  const history = async ({ before, limit }: HistoryQuery) =>
    all.filter((each) => each.revision < (before?.revision ?? Infinity)).slice(0, limit) as never;
  expect(await formerIdentities({ history }, model, now)).toMatchObject([
    { states: [[{ spec: { mtls: 'PERMISSIVE' } }]] },
  ]);
});

test('of many commits that changed modes, the last hundred count, so that a start stays short', async () => {
  const now = 1_000_000;
  open('OFF');
  const records = Array.from({ length: 150 }, (_, back) => ({
    id: { ...mesh, kind: 'meshIdentity', parent: '', name: 'default' },
    at: now - 1,
    before: { version: 1, spec: { mtls: back % 2 === 0 ? 'PERMISSIVE' : 'OFF' }, tags: [] },
    revision: 200 - back,
    step: 1,
  }));
  const history = async ({ before, limit }: HistoryQuery) =>
    records.filter((each) => each.revision < (before?.revision ?? Infinity)).slice(0, limit) as never;
  const [found] = await formerIdentities({ history }, model, now);
  expect(found?.states.length).toBe(100);
  expect(found?.states.at(-1)).toMatchObject([{ spec: { mtls: 'PERMISSIVE' } }]);
});
