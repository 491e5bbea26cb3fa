import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLocalControlPlane } from '../../../test/lab/programs/local-control-plane.ts';
import { until } from '../../../test/lab/until.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres-server.ts';

let server: TestPostgres;
beforeEach(async () => {
  server = await startTestPostgres();
});
afterEach(async () => {
  await server.thaw();
  await server.remove();
});

test('a control plane whose PostgreSQL does not respond ends by a stop signal: an idle connection kept it for as long as TCP tries', async () => {
  const controlPlane = await startLocalControlPlane(['--store', await server.database()]);
  await until('connected', async () => controlPlane.log().includes('the store is connected'));
  await server.freeze();
  // The code is undefined if it has to be killed.
  expect(await controlPlane.stop()).toBe(0);
});
