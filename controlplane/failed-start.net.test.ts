import { afterAll, beforeAll, describe } from 'vitest';
import { startTestPostgres, type TestPostgres } from './store/testing/postgres-server.ts';
import { failedStarts } from './testing/failed-start.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server?.remove());

describe('a control plane on PostgreSQL that cannot start', () => {
  failedStarts(async () => ['--store', await server.database()]);
});
