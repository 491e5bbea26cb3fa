import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { MIGRATIONS as POSTGRES } from './postgres/schema.ts';
import { addChecksumFunctions } from './row-checksum.ts';
import { MIGRATIONS as SQLITE } from './sqlite/schema.ts';

// A step that was released has run on somebody's data: it must stay as it is, and a change be a step of its own.
test.each([
  ...SQLITE.map((step, index) => ['sqlite', index + 1, step] as const),
  ...POSTGRES.map((step, index) => ['postgres', index + 1, step] as const),
])('%s, step %d is what it was', async (engine, version, step) => {
  await expect(step).toMatchFileSnapshot(`testdata/${engine}-step-${version}.sql`);
});

test('the steps of sqlite lead from nothing to the schema, one after the other', () => {
  const db = new DatabaseSync(':memory:');
  addChecksumFunctions(db);
  for (const step of SQLITE) db.exec(`begin; ${step}; commit`);
  const tables = db.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  expect(tables.map(({ name }) => name)).toEqual(['client_token', 'resource', 'store']);
  db.close();
});
