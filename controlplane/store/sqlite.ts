import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Change, Kind, Resource, ResourceId } from '../mesh/resource.ts';
import { StoreError, unavailable } from './errors.ts';
import { openSqlite } from './open-sqlite.ts';
import { readContents, replaceContents } from './sqlite-contents.ts';
import { TOKEN_LIFETIME, type Hint, type Store, type TokenKey, type Write, type Written } from './store.ts';

/** `patience`: how long to wait for another owner of the folder to leave, in milliseconds. Default: 2000. */
export type SqliteOptions = { readonly folder: string; readonly patience?: number };

/**
 * The embedded store: one SQLite file in a folder that belongs to this process alone. It is synchronous inside: a commit
 * takes as long as the disk needs to make it durable.
 * @throws StoreError when the folder cannot be used; it says why
 */
export function openSqliteStore({ folder, patience = 2000 }: SqliteOptions): Store {
  const owned = openSqlite(folder, patience);
  const { db } = owned;
  const statements = prepare(db);
  const listeners = new Set<(hint: Hint) => void>();
  let closed = false;

  const guard = async <T>(what: string, work: () => T): Promise<T> => {
    if (closed) throw new StoreError('unavailable', `the store failed to ${what}: it is closed`);
    try {
      return work();
    } catch (error) {
      throw unavailable(what, error);
    }
  };
  const hint = (revision: number): void => {
    for (const listener of listeners) listener({ kind: 'committed', revision });
  };

  return {
    isShared: false,
    commit: (write) =>
      guard('commit', () => {
        const written = transaction(db, () => commit(statements, write));
        // Later than the promise's own continuation: who committed has applied the change before the hint comes.
        if (written.outcome === 'committed') setImmediate(hint, written.revision);
        return written;
      }),
    changesSince: (revision) => guard('read changes', () => statements.since.all(revision).map(toChange)),
    tokenContent: (key, now) =>
      guard('read a client token', () => tokenContent(statements, key, now - TOKEN_LIFETIME)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    contents: () => guard('read its contents', () => readContents(db)),
    replace: (contents, mayReplace) =>
      guard('be replaced', () => {
        const replaced = transaction(db, () => replaceContents(db, contents, mayReplace));
        if (replaced.outcome === 'replaced') setImmediate(hint, replaced.revision);
        return replaced;
      }),
    close: async () => {
      if (closed) return;
      closed = true;
      listeners.clear();
      owned.close();
    },
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    revision: db.prepare('select coalesce(max(revision), 0) as revision from resource'),
    meshRevision: db.prepare(
      'select coalesce(max(revision), 0) as revision from resource where owner = ? and mesh = ?',
    ),
    put: db.prepare(
      `insert into resource (kind, owner, mesh, parent, name, revision, body) values (?, ?, ?, ?, ?, ?, ?)
       on conflict do update set revision = excluded.revision, body = excluded.body`,
    ),
    since: db.prepare(
      'select * from resource where revision > ? order by revision, kind, owner, mesh, parent, name',
    ),
    token: db.prepare(
      'select content from client_token where account = ? and operation = ? and token = ? and used_at > ?',
    ),
    putToken: db.prepare(
      `insert into client_token (account, operation, token, content, used_at) values (?, ?, ?, ?, ?)
       on conflict do update set content = excluded.content, used_at = excluded.used_at`,
    ),
    forgetTokens: db.prepare('delete from client_token where used_at <= ?'),
  };
}

function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('begin immediate');
  try {
    const result = work();
    db.exec('commit');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors (a full disk); a second rollback would hide the first error.
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

function commit(statements: Statements, write: Write): Written {
  const { mesh, token, puts, deletes } = write;
  const found = Number(statements.meshRevision.get(mesh.owner, mesh.mesh)?.['revision']);
  if (found !== write.expectedMeshRevision) return { outcome: 'stale' };
  if (token !== undefined) {
    if (tokenContent(statements, token, token.at - TOKEN_LIFETIME) !== undefined) return { outcome: 'stale' };
    statements.forgetTokens.run(token.at - TOKEN_LIFETIME);
    statements.putToken.run(token.account, token.operation, token.token, token.content, token.at);
  }
  const revision = Number(statements.revision.get()?.['revision']) + 1;
  const changes: Change[] = [
    ...deletes.map((id) => ({ revision, id: bareId(id), resource: undefined })),
    ...puts.map((resource) => ({ revision, id: bareId(resource), resource })),
  ];
  for (const { id, resource } of changes) {
    const body = resource === undefined ? null : JSON.stringify(resource);
    statements.put.run(id.kind, id.owner, id.mesh, id.parent, id.name, revision, body);
  }
  return { outcome: 'committed', revision, changes };
}

function tokenContent(statements: Statements, key: TokenKey, after: number): string | undefined {
  const row = statements.token.get(key.account, key.operation, key.token, after);
  return row === undefined ? undefined : String(row['content']);
}

function bareId({ kind, owner, mesh, parent, name }: ResourceId): ResourceId {
  return { kind, owner, mesh, parent, name };
}

function toChange(row: Record<string, SQLOutputValue>): Change {
  const id: ResourceId = {
    kind: String(row['kind']) as Kind,
    owner: String(row['owner']),
    mesh: String(row['mesh']),
    parent: String(row['parent']),
    name: String(row['name']),
  };
  const body = row['body'];
  const resource = typeof body === 'string' ? (JSON.parse(body) as Resource) : undefined;
  return { revision: Number(row['revision']), id, resource };
}
