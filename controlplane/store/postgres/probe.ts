import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { SCHEMA_VERSION } from './schema.ts';
import { inTransaction } from './transaction.ts';
import { PROBE_BYTES } from '../store.ts';

/** Implements Store.probe. The bytes are random because the server compresses. */
export function probe(pool: Pool): Promise<void> {
  return inTransaction(pool, 'begin', async (client) => {
    await client.query('select daybreak.require_schema($1)', [SCHEMA_VERSION]);
    await client.query('update daybreak.store set probe = $1', [randomBytes(PROBE_BYTES)]);
    await client.query('update daybreak.store set probe = null');
  });
}
