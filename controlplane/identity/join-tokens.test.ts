import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openLiveModel, type LiveModel } from '../mesh/live-model.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { Store } from '../store/store.ts';
import { createJoinTokens } from './join-tokens.ts';

const GRANT = { proxy: 'mesh/m/virtualNode/a', account: '111122223333', cidrs: [] };
const USE = { proxy: GRANT.proxy, account: GRANT.account, address: '10.0.0.1', request: new Uint8Array([1]) };
const OTHER = { ...USE, request: new Uint8Array([2]) };
const HOUR = 60 * 60 * 1000;

let folder: string;
let store: Store;
let live: LiveModel;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-tokens-'));
  store = openSqliteStore({ folder });
  live = await openLiveModel(store, createLog('test', 'silent'));
});
afterEach(async () => {
  live.close();
  await store.close();
  await rm(folder, { recursive: true });
});

it('makes and consumes many tokens at the same moment', async () => {
  const tokens = createJoinTokens(live, () => 0);
  const made = await Promise.all(
    Array.from({ length: 200 }, () => tokens.create({ ...GRANT, expires: HOUR })),
  );
  const used = await Promise.all(made.map((token) => tokens.consume(token, USE)));
  expect(new Set(used.map(({ outcome }) => outcome))).toEqual(new Set(['consumed']));
  const again = await Promise.all(made.map((token) => tokens.consume(token, OTHER)));
  expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
});

it('limits unused tokens; used ones, which stay until they expire, do not count', async () => {
  const tokens = createJoinTokens(live, () => 0, 2);
  const grant = { ...GRANT, expires: HOUR };
  for (let made = 0; made < 5; made += 1)
    expect(await tokens.consume(await tokens.create(grant), USE)).toEqual({ outcome: 'consumed' });
  await tokens.create(grant);
  await tokens.create(grant);
  await expect(tokens.create(grant)).rejects.toThrow('there are already 2 join tokens that were not used');
});

it('takes no expired token, and deletes it when the next one is made', async () => {
  let now = 0;
  const tokens = createJoinTokens(live, () => now);
  const token = await tokens.create({ ...GRANT, expires: HOUR });
  now = HOUR;
  expect(await tokens.consume(token, USE)).toEqual({ outcome: 'expired' });
  await tokens.create({ ...GRANT, expires: 2 * HOUR });
  expect(await tokens.consume(token, USE)).toEqual({ outcome: 'unknown' });
});

it('takes no token for the mesh of the same name of another account', async () => {
  const tokens = createJoinTokens(live, () => 0);
  const token = await tokens.create({ ...GRANT, expires: HOUR });
  const other = { ...USE, account: '444455556666' };
  expect(await tokens.consume(token, other)).toEqual({ outcome: 'another proxy' });
});

it('lists tokens that can be used, without secrets, and revokes them unless they were used meanwhile', async () => {
  let now = 0;
  const tokens = createJoinTokens(live, () => now);
  const late = await tokens.create({ ...GRANT, expires: 2 * HOUR });
  const early = await tokens.create({ ...GRANT, expires: HOUR });
  const [first, second] = tokens.list();
  expect(tokens.list()).toHaveLength(2);
  expect([first?.expires, second?.expires]).toEqual([HOUR, 2 * HOUR]);
  for (const secret of [late, early]) expect(JSON.stringify(tokens.list())).not.toContain(secret);

  const ids = tokens.list().map(({ id }) => id);
  const [revoked, used] = await Promise.all([tokens.revoke(ids), tokens.consume(early, USE)]);
  const outcomes = [revoked.includes(ids[0] ?? ''), used.outcome === 'consumed'];
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(revoked).toContain(ids[1]);
  expect(await tokens.consume(late, USE)).toEqual({ outcome: 'unknown' });
  const expired = await tokens.create({ ...GRANT, expires: HOUR });
  now = HOUR;
  expect(tokens.list()).toEqual([]);
  expect(await tokens.consume(expired, USE)).toEqual({ outcome: 'expired' });
});

it('an agent whose connection broke lost its token: the same signing request gets an answer again, and no other one', async () => {
  let now = 0;
  const tokens = createJoinTokens(live, () => now);
  const token = await tokens.create({ ...GRANT, expires: HOUR });
  const uses = await Promise.all([USE, OTHER, USE, OTHER].map((use) => tokens.consume(token, use)));
  expect(uses.map(({ outcome }) => outcome)).toEqual(['consumed', 'unknown', 'consumed', 'unknown']);
  expect(tokens.list()).toEqual([]);
  expect(await tokens.consume(token, { ...USE, proxy: 'mesh/m/virtualNode/b' })).toEqual({
    outcome: 'another proxy',
  });
  now = HOUR;
  expect(await tokens.consume(token, USE)).toEqual({ outcome: 'expired' });
});
