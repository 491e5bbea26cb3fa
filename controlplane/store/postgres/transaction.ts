import type { ClientBase, Pool } from 'pg';

/** Does `work` in one transaction that is durable once it has returned; `begin` starts it. What fails is rolled back. */
export async function inTransaction<T>(
  pool: Pool,
  begin: string,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    await client.query(
      `select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'`,
    );
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // The server rolls back what a connection leaves behind.
    client.release(true);
    throw error;
  }
}
