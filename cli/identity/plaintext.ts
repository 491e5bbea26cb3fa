import type { PlaintextNode } from '../../controlplane/agents/plaintext-route.ts';
import type { WatchedMesh } from '../../controlplane/agents/watched-meshes.ts';
import type { Client } from '../client/client.ts';
import { formatTable } from '../table.ts';
import type { IdentityOptions } from './identity.ts';

type Plaintext = {
  readonly windowSeconds: number;
  readonly nodes: readonly PlaintextNode[];
  readonly partlyWatched: readonly WatchedMesh[];
};

const HEAD = ['MESH', 'VIRTUAL NODE', 'MTLS', 'PORT', 'CALLER', 'FROM', 'LAST'];

/** Prints the callers without mutual TLS, the virtual nodes with a proxy that has no certificate, and the limits of this list. */
export async function plaintext(
  client: Client,
  { output }: IdentityOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const found = (await client.read('/daybreak/v1/identity/plaintext')) as Plaintext;
  stdout.write(output === 'json' ? `${JSON.stringify(found, null, 2)}\n` : describe(found));
}

function describe({ windowSeconds, nodes, partlyWatched }: Plaintext): string {
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
  return `${table}${old.join('')}${partlyWatched.flatMap(notesOf).join('')}`;
}

function notesOf({ mesh, off, since }: WatchedMesh): readonly string[] {
  return [
    ...(off === 0
      ? []
      : [
          `Mesh ${mesh}: ${off === 1 ? '1 virtual node has' : `${off} virtual nodes have`} mtls OFF: their callers are not in this list.\n`,
        ]),
    ...(since === undefined
      ? []
      : [`Mesh ${mesh}: callers are in this list since ${since} only. Some may call less often.\n`]),
  ];
}
