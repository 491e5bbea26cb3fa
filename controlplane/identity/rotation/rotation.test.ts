// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { openLiveModel, type LiveModel } from '../../mesh/live-model.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { openAuthority } from '../authority/authority.ts';
import { openRoots } from '../authority/roots.ts';
import { createCertificateLedger } from '../certificate-ledger.ts';
import { sealNothing } from '../seal/seal.ts';
import { createRotation } from './rotation.ts';
import { LEAST_STEP_MS } from './steps.ts';

const DAY = 24 * 60 * 60 * 1000;
const START = Date.UTC(2030, 0, 1);
const SOON = { timeout: 120_000, interval: 10 };

const log = createLog('test', 'silent');
let folder: string;
let store: Store;
let live: LiveModel;
const closers: (() => void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-rotation-'));
  store = openSqliteStore({ folder });
  live = await openLiveModel(store, log);
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  live.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** A rotation of an authority without certificates. `time`: its two clocks, in milliseconds. */
async function rotating() {
  const time = { wall: START, monotonic: 0 };
  const now = () => time.wall;
  const trustDomain = 'apps.example';
  const sealer = sealNothing();
  const roots = openRoots({ trustDomain, sealer });
  const authority = await openAuthority({ live, trustDomain, sealer, roots, log, now });
  const ledger = createCertificateLedger(live, now);
  const rotation = createRotation({
    live,
    ledger,
    roots,
    log,
    now,
    clock: () => time.monotonic,
    everyMs: 10,
  });
  closers.push(rotation.close, authority.close);
  expect(await rotation.request('root')).toBeUndefined();
  return { time, step: () => authority.record().rotation?.step ?? 'done' };
}

it('a rotation goes on although the clock was set back by a day: it stood still for a day', async () => {
  const { time, step } = await rotating();
  time.wall = START - DAY;
  await expect.poll(() => ((time.monotonic += LEAST_STEP_MS), step()), SOON).toBe('done');
});

it('a step is not cut short because the clock was set forward', async () => {
  const { time, step } = await rotating();
  let looks = 0;
  // Each look at the step reads the clock.
  const clock = { get: () => ((looks += 1), START + DAY) };
  Object.defineProperty(time, 'wall', clock);
  await expect.poll(() => looks, SOON).toBeGreaterThan(10);
  expect(step()).toBe('distributing');
});
