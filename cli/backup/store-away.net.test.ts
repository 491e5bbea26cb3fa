import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { readBackup } from '../../controlplane/backup/format.ts';
import { restore } from '../../controlplane/backup/restore.ts';
import { openPostgresStore } from '../../controlplane/store/postgres/postgres.ts';
import type { Store } from '../../controlplane/store/store.ts';
import { commitColors } from '../../controlplane/store/testing/colors.ts';
import { waitLongForPostgres } from '../../controlplane/store/testing/patient-limits.ts';
import { startTestPostgres, type TestPostgres } from '../../controlplane/store/testing/postgres-server.ts';
import { readStore } from './backup.ts';

// PostgreSQL goes away after `daybreak backup` or `daybreak restore` has opened the store.

const log = createLog('test', 'silent');
waitLongForPostgres();

let server: TestPostgres;
let store: Store;
let backup: string;
beforeEach(async () => {
  server = await startTestPostgres();
  store = await openPostgresStore({ url: await server.database(), log });
  await commitColors(store, 5);
  backup = await readStore(store, log);
  await server.stop('immediate');
});
afterEach(async () => {
  await store.close();
  await server.remove();
});

/** Runs a step, and starts the server once the step has found that it is away. */
async function whileAway<T>(step: () => Promise<T>): Promise<T> {
  const running = Promise.allSettled([step()]);
  await expect(store.probe()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await server.start();
  const [outcome] = await running;
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

test('a backup waits for PostgreSQL that went away after opening: it ended with an error', async () => {
  const text = await whileAway(() => readStore(store, log));
  expect(readBackup(text, 'b').contents).toEqual(readBackup(backup, 'b').contents);
});

test('a restore that may replace waits for it too', async () => {
  const parsed = readBackup(backup, 'b');
  const options = { where: 'the database', mayReplace: true, log };
  expect(await whileAway(() => restore(store, parsed, options))).toBeGreaterThan(0);
});

test('a restore that may not replace fails at once: after a lost answer, a second attempt would find the resources of the first', async () => {
  const options = { where: 'the database', mayReplace: false, log };
  await expect(restore(store, readBackup(backup, 'b'), options)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
});

test('the wait ends with the last reason', async () => {
  // The first reason may be that the server closed the connection.
  const reason = () => store.probe().catch(String);
  await expect.poll(reason).toMatch(/ECONNREFUSED|ENOENT/);
  await expect(readStore(store, log, 500)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/ECONNREFUSED|ENOENT/) as string,
  });
});
