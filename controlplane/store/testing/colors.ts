import type { Resource } from '../../mesh/resource.ts';
import type { Store, Write } from '../store.ts';

/** The mesh of these writes. */
export const COLORS = { owner: '111122223333', mesh: 'colors' };

/** Returns a virtual node of that mesh, with `size` characters in its specification. */
export function colorNode(name: string, size = 100): Resource<'virtualNode'> {
  return {
    kind: 'virtualNode',
    ...COLORS,
    parent: '',
    name,
    spec: { serviceDiscovery: { dns: { hostname: 'x'.repeat(size) } } },
    uid: name,
    version: 1,
    createdAt: 0,
    lastUpdatedAt: 0,
    resourceOwner: COLORS.owner,
    tags: [],
  };
}

/** Returns a write of one virtual node, with a client token. */
export function putColor(expectedMeshRevision: number, name: string, size = 100): Write {
  const token = {
    account: COLORS.owner,
    operation: 'CreateVirtualNode',
    token: name,
    content: 'c',
    at: 5000,
  };
  return {
    mesh: COLORS,
    expectedMeshRevision,
    puts: [colorNode(name, size)],
    deletes: [],
    tokens: [token],
  };
}

/** Commits `count` virtual nodes one by one to an empty store; every ninth commit is a deletion. */
export async function commitColors(store: Store, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const write = putColor(index, `n${index}`, (index * 37) % 1500);
    const gone = { kind: 'virtualNode', ...COLORS, parent: '', name: `n${index - 2}` } as const;
    const written = await store.commit(index % 9 === 8 ? { ...write, puts: [], deletes: [gone] } : write);
    if (written.outcome !== 'committed') throw new Error(`commit ${index} was ${written.outcome}`);
  }
}
