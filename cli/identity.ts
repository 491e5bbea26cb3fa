import type { AuthorityState } from '../controlplane/identity/describe-authority.ts';
import type { IssuedEntry } from '../controlplane/identity/issued.ts';
import type { Client } from './client/client.ts';
import { formatTable } from './table.ts';

/** Options of `daybreak identity`. */
export type IdentityOptions = { readonly output: 'text' | 'json' };

type State = AuthorityState & { readonly leftOut: number; readonly certificates: readonly IssuedEntry[] };

const HEAD = ['NODE', 'FROM', 'PROVEN BY', 'PRINCIPAL', 'ENDS', 'SERIAL'];

/** Prints the authority, and the certificates that the control plane issued since it started. */
export async function identity(
  client: Client,
  { output }: IdentityOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const state = (await client.read('/daybreak/v1/identity')) as State;
  stdout.write(output === 'json' ? `${JSON.stringify(state, null, 2)}\n` : describe(state));
}

function describe({ trustDomain, sealedBy, roots, issuing, certificates, leftOut }: State): string {
  const lines = [
    `Trust domain ${trustDomain}. ${sealedBy === 'plain' ? 'The keys of the authority are stored in the clear.' : `Key ${sealedBy} seals the keys of the authority.`}`,
    ...roots.map(({ fingerprint, ends }) => `Root ${fingerprint}, until ${ends}`),
    `Intermediate until ${issuing.ends}; it is replaced 30 days before that`,
    '',
  ];
  const rows = certificates.map(({ node, from, method, principal, ends, serial }) => [
    node,
    from,
    method,
    principal,
    new Date(ends).toISOString(),
    serial,
  ]);
  const table =
    rows.length === 0
      ? 'This control plane has issued no certificate since it started.\n'
      : formatTable(HEAD, rows);
  return `${lines.join('\n')}\n${table}${leftOut > 0 ? `${leftOut} more were left out.\n` : ''}`;
}
