import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client } from 'pg';
import { createLog } from '../../../common/log.ts';
import { makeAuthority } from '../../tls/testing/certificates.ts';
import { openPostgresStore } from './postgres.ts';
import { waitLongForPostgres } from '../testing/patient-limits.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres-server.ts';

const log = createLog('test', 'silent');
waitLongForPostgres();

let folder: string;
let server: TestPostgres;
let database: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-pg-tls-'));
  const [authority, stranger] = [await makeAuthority(), await makeAuthority()];
  await writeFile(file('ca.pem'), authority.pem);
  await writeFile(file('stranger.pem'), stranger.pem);
  const alternative = [{ type: 'dns', value: 'localhost' }] as const;
  server = await startTestPostgres(await authority.issue({ commonName: 'localhost', alternative }));
  database = new URL(await server.database()).pathname;
});
afterAll(async () => {
  await server?.remove();
  await rm(folder, { recursive: true });
});

const urlOf = (host: string, parameters: string): string =>
  `postgres://postgres@${host}:${server.port}${database}?${parameters}`;
const open = (url: string, patience = 60_000) => openPostgresStore({ url, log, patience });

/** Returns why a store is not opened. On a busy machine, one attempt may not even connect in time. */
const refusalOf = (url: string): Promise<string> =>
  open(url, 0).then(
    () => 'it was opened',
    ({ code, message }: { readonly code: string; readonly message: string }) => `${code}: ${message}`,
  );

it.each([
  ['verify-full', 'localhost'],
  ['verify-ca', 'localhost'],
  ['require', 'localhost'],
])('with sslmode=%s every connection is encrypted, also the listening one', async (mode, host) => {
  const store = await open(urlOf(host, `sslmode=${mode}&sslrootcert=${file('ca.pem')}`));
  const told = Promise.withResolvers<void>();
  store.onChange(() => told.resolve());
  await store.changesSince(0);
  await told.promise;
  const observer = new Client(urlOf(host, `sslmode=verify-full&sslrootcert=${file('ca.pem')}`));
  await observer.connect();
  const { rows } = await observer.query<{ ssl: boolean }>(
    `select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'daybreak'`,
  );
  await observer.end();
  await store.close();
  // One that listens, and at least one that reads.
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(rows.filter(({ ssl }) => !ssl)).toEqual([]);
});

it.each([
  [
    'an authority other than the configured one',
    'localhost',
    'stranger.pem',
    /unable to verify|self.signed|issuer/i,
  ],
  ['another name', '127.0.0.1', 'ca.pem', /127\.0\.0\.1/],
])('a server with a certificate of %s is refused', async (_, host, ca, message) => {
  for (const mode of ['verify-full', 'verify-ca', 'require']) {
    const url = urlOf(host, `sslmode=${mode}&sslrootcert=${file(ca)}`);
    await expect.poll(() => refusalOf(url)).toMatch(message);
    expect(await refusalOf(url)).toMatch(/^STORE_UNAVAILABLE: /);
  }
});

it('a server that requires TLS refuses plaintext', async () => {
  await expect
    .poll(() => refusalOf(urlOf('localhost', 'sslmode=disable')))
    .toMatch(/^STORE_UNAVAILABLE: .*no encryption/s);
});

it('reconnects over TLS after the server has closed every connection', async () => {
  const store = await open(urlOf('localhost', `sslmode=verify-full&sslrootcert=${file('ca.pem')}`));
  const back = Promise.withResolvers<void>();
  store.onChange(({ kind }) => {
    if (kind === 'reconnected') back.resolve();
  });
  await store.changesSince(0);
  await server.stop('fast');
  await expect(store.changesSince(0)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await server.start();
  await back.promise;
  expect(await store.changesSince(0)).toEqual({ from: 0, changes: [] });
  await store.close();
});
