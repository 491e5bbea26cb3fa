import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { MIGRATIONS as POSTGRES } from './postgres/schema.ts';
import { addChecksumFunctions } from './row-checksum.ts';
import { MIGRATIONS as SQLITE } from './sqlite/schema.ts';

// A released step has run on users' data: it must not change. A schema change is a new step.
test.each([
  ...SQLITE.map((step, index) => ['sqlite', index + 1, step] as const),
  ...POSTGRES.map((step, index) => ['postgres', index + 1, step] as const),
])('%s: released step %d is unchanged', async (engine, version, step) => {
  await expect(step).toMatchFileSnapshot(`testdata/${engine}-step-${version}.sql`);
});

test('the steps of sqlite build the schema from an empty file', () => {
  const db = new DatabaseSync(':memory:');
  addChecksumFunctions(db);
  for (const step of SQLITE) db.exec(`begin; ${step}; commit`);
  const tables = db.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  expect(tables.map(({ name }) => name)).toEqual(['client_token', 'resource', 'spec_change', 'store']);
  db.close();
});
