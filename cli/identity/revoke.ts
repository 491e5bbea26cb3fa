import type { Client } from '../client/client.ts';
import { UsageError } from '../errors.ts';

/** Options of `daybreak identity revoke`: one of both. */
export type RevokeOptions = { readonly node?: string; readonly serial?: string };

/** Revokes certificates, and prints how many. @throws UsageError, CallError */
export async function revoke(
  client: Client,
  { node, serial }: RevokeOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  if ((node === undefined) === (serial === undefined)) throw new UsageError('give either --node or --serial');
  const body = node === undefined ? { serial } : { node };
  const { revoked } = await client.post('/daybreak/v1/identity/revoke', body);
  stdout.write(`${String(revoked)} certificates were revoked.\n`);
}
