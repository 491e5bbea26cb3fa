import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openPostgresStore } from '../store/postgres/postgres.ts';
import type { Store } from '../store/store.ts';
import { waitLongForPostgres } from '../store/testing/patient-limits.ts';
import { startTestPostgres, type TestPostgres } from '../store/testing/postgres-server.ts';
import { openLiveModel } from './live-model.ts';

// A start whose PostgreSQL goes away after the store is open, before the model is read.

const log = createLog('test', 'silent');
waitLongForPostgres();

let server: TestPostgres;
let store: Store;
beforeEach(async () => {
  server = await startTestPostgres();
  store = await openPostgresStore({ url: await server.database(), log });
  await server.stop('immediate');
});
afterEach(async () => {
  await store.close();
  await server.remove();
});

test('a start waits for PostgreSQL that went away between opening the store and the first read: it ended with an error', async () => {
  const opening = openLiveModel(store, log);
  // Attached before the server is back, because the start may fail meanwhile.
  const opened = opening.then(
    ({ model }) => model.revision,
    (error: unknown) => error,
  );
  await expect(store.probe()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await server.start();
  expect(await opened).toBe(0);
});

test('a start does not wait longer for PostgreSQL than its limit, and its error has the last reason', async () => {
  // The first reason may be that the server closed the connection.
  const reason = () => store.probe().catch(String);
  await expect.poll(reason).toMatch(/ECONNREFUSED|ENOENT/);
  await expect(openLiveModel(store, log, 500)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/^the store failed to read changes: .*(ECONNREFUSED|ENOENT)/) as string,
  });
});
