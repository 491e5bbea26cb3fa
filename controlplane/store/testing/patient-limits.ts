import { LIMITS } from '../postgres/connection.ts';

/**
 * Lets the calls of this process to PostgreSQL take two minutes. A test that calls a store without an API has nothing that tries again
 * after a pause of the server, or of its own process, in which a limit is over before the answer is read.
 */
export function waitLongForPostgres(): void {
  const ms = 120_000;
  Object.assign(LIMITS, { connectMs: ms, shortMs: ms, lockMs: ms } satisfies Partial<
    Record<keyof typeof LIMITS, number>
  >);
}
