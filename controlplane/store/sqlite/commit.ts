import type { DatabaseSync } from 'node:sqlite';
import type { Change, MeshId } from '../../mesh/resource.ts';
import { PUT_RESOURCE, PUT_TOKEN, readTokens } from './rows.ts';
import { sqliteSpecHistory } from './spec-history.ts';
import { TOKEN_LIFETIME, type TokenKey, type Write, type Written } from '../store.ts';
import { bareId } from '../../mesh/bare-id.ts';

/** Implements Store.commit and Store.tokenContent. Call `commit` in a transaction. */
export type SqliteWrites = {
  commit(write: Write): Written;
  tokenContent(key: TokenKey, now: number): string | undefined;
};

/** Prepares the statements. */
export function sqliteWrites(db: DatabaseSync): SqliteWrites {
  const statements = prepare(db);
  return {
    commit: (write) => commit(statements, write),
    tokenContent: (key, now) => tokenContent(statements, key, now),
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    revision: db.prepare('select coalesce(max(revision), 0) as revision from resource'),
    meshRevision: db.prepare(
      'select coalesce(max(revision), 0) as revision from resource where owner = ? and mesh = ?',
    ),
    anyInMesh: db.prepare('select 1 from resource where owner = ? and mesh = ? and body is not null limit 1'),
    meshes: db.prepare(`select count(body) as meshes from resource where kind = 'mesh' and owner = ?`),
    put: db.prepare(PUT_RESOURCE),
    token: db.prepare(
      'select * from client_token where account = ? and operation = ? and token = ? and used_at > ?',
    ),
    putToken: db.prepare(PUT_TOKEN),
    specHistory: sqliteSpecHistory(db),
    forgetTokens: db.prepare('delete from client_token where used_at <= ?'),
  };
}

function commit(statements: Statements, write: Write): Written {
  const { tokens, puts, deletes } = write;
  if (!isCurrent(statements, write)) return { outcome: 'stale' };
  for (const { account, operation, token, content, at } of tokens) {
    statements.forgetTokens.run(at - TOKEN_LIFETIME);
    statements.putToken.run(account, operation, token, content, at);
  }
  const last = Number(statements.revision.get()?.['revision']);
  if (puts.length + deletes.length === 0) return { outcome: 'committed', revision: last, changes: [] };
  const revision = last + 1;
  const changes: Change[] = [
    ...deletes.map((id) => ({ revision, id: bareId(id), resource: undefined })),
    ...puts.map((resource) => ({ revision, id: bareId(resource), resource })),
  ];
  for (const { id, resource } of changes) {
    const body = resource === undefined ? null : JSON.stringify(resource);
    statements.put.run(id.kind, id.owner, id.mesh, id.parent, id.name, revision, body);
  }
  statements.specHistory.keep(revision, write.history ?? []);
  return { outcome: 'committed', revision, changes };
}

/** Whether the state that the write was decided on is still current. */
function isCurrent(statements: Statements, write: Write): boolean {
  const { mesh, expectedMeshRevision, expectedMeshes, tokens } = write;
  if (!hasRevision(statements, mesh, expectedMeshRevision)) return false;
  if (expectedMeshes !== undefined) {
    if (Number(statements.meshes.get(mesh.owner)?.['meshes']) !== expectedMeshes) return false;
  }
  return tokens.every((use) => tokenContent(statements, use, use.at) === undefined);
}

function hasRevision(statements: Statements, { owner, mesh }: MeshId, expected: number): boolean {
  if (Number(statements.meshRevision.get(owner, mesh)?.['revision']) === expected) return true;
  return expected === 0 && statements.anyInMesh.get(owner, mesh) === undefined;
}

function tokenContent(statements: Statements, key: TokenKey, now: number): string | undefined {
  const [use] = readTokens(statements.token.all(key.account, key.operation, key.token, now - TOKEN_LIFETIME));
  return use?.content;
}
