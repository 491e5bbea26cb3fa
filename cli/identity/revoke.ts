import type { Client } from '../client/client.ts';
import { UsageError } from '../errors.ts';
import type { IdentityOptions } from './identity.ts';

/** Options of `daybreak identity revoke`: one of `node` and `serial`. */
export type RevokeOptions = IdentityOptions & { readonly node?: string; readonly serial?: string };

/** Revokes certificates, and prints how many. @throws UsageError, CallError */
export async function revoke(
  client: Pick<Client, 'post'>,
  { node, serial, output }: RevokeOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  if ((node === undefined) === (serial === undefined)) throw new UsageError('give either --node or --serial');
  const body = node === undefined ? { serial } : { node };
  const answer = await client.post('/daybreak/v1/identity/revoke', body);
  const text = `${String(answer['revoked'])} certificates were revoked.`;
  stdout.write(`${output === 'json' ? JSON.stringify(answer, null, 2) : text}\n`);
}
