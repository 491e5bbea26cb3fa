import type { TokenList } from '../../controlplane/identity/token-routes.ts';
import type { Client } from '../client/client.ts';
import { formatTable } from '../table.ts';

const HEAD = ['ID', 'KIND', 'NODES', 'FROM', 'CREATED', 'EXPIRES'];
const NOTHING = '-';

/** Prints the join tokens that were not used yet, and the tokens in the control plane's file. */
export async function listTokens(
  client: Client,
  { output }: { readonly output: 'text' | 'json' },
  stdout: { write(text: string): unknown },
): Promise<void> {
  const list = (await client.read('/daybreak/v1/tokens')) as TokenList;
  stdout.write(output === 'json' ? `${JSON.stringify(list, null, 2)}\n` : describe(list));
}

function describe({ joinTokens, fileTokens }: TokenList): string {
  const rows = [
    ...joinTokens.map(({ id, node, cidrs, created, expires }) => [
      id,
      'join',
      node,
      cidrs.length === 0 ? 'any' : cidrs.join(', '),
      created,
      expires,
    ]),
    ...fileTokens.map(({ id, nodes, expires }) => [
      id,
      'file',
      nodes.join(', '),
      'any',
      NOTHING,
      expires ?? 'never',
    ]),
  ];
  return rows.length === 0 ? 'There are no tokens that can be used.\n' : formatTable(HEAD, rows);
}
