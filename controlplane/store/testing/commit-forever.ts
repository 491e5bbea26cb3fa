// A small writer: commits one resource after another to the given folder, and prints the name of each one after its commit
// has returned. Tests kill it.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../sqlite/sqlite.ts';

const [folder = ''] = process.argv.slice(2);
const store = openSqliteStore({ folder });
const mesh = { owner: '111122223333', mesh: 'colors' };
const { changes } = await store.changesSince(0);
let revision = changes.at(-1)?.revision ?? 0;
writeSync(1, 'open\n');
for (;;) {
  const names = [randomUUID(), randomUUID()];
  const written = await store.commit({
    mesh,
    expectedMeshRevision: revision,
    puts: names.map((name) => ({
      kind: 'virtualNode',
      ...mesh,
      parent: '',
      name,
      spec: {},
      uid: name,
      version: 1,
      createdAt: 0,
      lastUpdatedAt: 0,
      resourceOwner: mesh.owner,
      tags: [],
    })),
    deletes: [],
    tokens: [],
  });
  if (written.outcome !== 'committed') throw new Error('the commit was stale without another writer');
  revision += 1;
  writeSync(1, `${names.join(' ')}\n`);
}
