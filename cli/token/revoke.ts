import type { Client } from '../client/client.ts';
import { UsageError } from '../errors.ts';

/** Options of `token revoke`: one of `id` and `node`. */
export type RevokeTokenOptions = {
  readonly id?: string;
  readonly node?: string;
  readonly output: 'text' | 'json';
};

/** Revokes join tokens that were not used yet, and prints their ids. @throws UsageError, CallError */
export async function revokeTokens(
  client: Pick<Client, 'post'>,
  { id, node, output }: RevokeTokenOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  if ((id === undefined) === (node === undefined)) throw new UsageError('give either --id or --node');
  const answer = await client.post('/daybreak/v1/tokens/revoke', id === undefined ? { node } : { id });
  const revoked = answer['revoked'] as readonly string[];
  const text = revoked.map((each) => `${each} was revoked.\n`).join('');
  stdout.write(output === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : text);
}
