import type { PlaintextNode } from '../../controlplane/agents/plaintext-route.ts';
import type { Client } from '../client/client.ts';
import { formatTable } from '../table.ts';
import type { IdentityOptions } from './identity.ts';

type Plaintext = { readonly windowSeconds: number; readonly nodes: readonly PlaintextNode[] };

const HEAD = ['MESH', 'VIRTUAL NODE', 'MTLS', 'PORT', 'CALLER', 'FROM', 'LAST'];

/** Prints the callers without mutual TLS, and the virtual nodes with a proxy that has no certificate. */
export async function plaintext(
  client: Client,
  { output }: IdentityOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const found = (await client.read('/daybreak/v1/identity/plaintext')) as Plaintext;
  stdout.write(output === 'json' ? `${JSON.stringify(found, null, 2)}\n` : describe(found));
}

function describe({ windowSeconds, nodes }: Plaintext): string {
  const hours = Math.round((windowSeconds / 3600) * 100) / 100;
  const rows = nodes.flatMap(({ mesh, virtualNode, mtls, callers }) =>
    callers.map(({ address, proxy, port, last }) => [
      mesh,
      virtualNode,
      mtls,
      String(port),
      proxy ?? 'unknown',
      address,
      last,
    ]),
  );
  const old = nodes
    .filter(({ hasProxyWithoutCertificate }) => hasProxyWithoutCertificate)
    .map(
      ({ mesh, virtualNode }) =>
        `A proxy of mesh/${mesh}/virtualNode/${virtualNode} has no certificate: it takes plain text only.\n`,
    );
  const table =
    rows.length === 0
      ? `No caller without mutual TLS in the last ${hours} hours.\n`
      : formatTable(HEAD, rows);
  return `${table}${old.join('')}`;
}
