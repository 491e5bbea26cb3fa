import type { DatabaseSync } from 'node:sqlite';
import type { Resource } from '../mesh/resource.ts';
import type { Contents, Replaced, TokenUse } from './store.ts';

/** As Store.contents; to be called where nobody writes meanwhile. */
export function readContents(db: DatabaseSync): Contents {
  const revision = db.prepare('select coalesce(max(revision), 0) as revision from resource').get();
  const resources = db.prepare('select body from resource where body is not null').all();
  const tokens = db
    .prepare('select account, operation, token, content, used_at as at from client_token')
    .all();
  return {
    revision: Number(revision?.['revision']),
    resources: resources.map(({ body }) => JSON.parse(String(body)) as Resource),
    tokens: tokens.map((row) => ({ ...row }) as unknown as TokenUse),
  };
}

/** As Store.replace; to be called in a transaction. */
export function replaceContents(db: DatabaseSync, contents: Contents, mayReplace: boolean): Replaced {
  const found = db
    .prepare('select coalesce(max(revision), 0) as revision, count(body) as resources from resource')
    .get();
  const resources = Number(found?.['resources']);
  if (resources > 0 && !mayReplace) return { outcome: 'occupied', resources };
  const revision = Math.max(Number(found?.['revision']), contents.revision) + 1;
  db.prepare('update resource set revision = ?, body = null where body is not null').run(revision);
  const put = db.prepare(
    `insert into resource (kind, owner, mesh, parent, name, revision, body) values (?, ?, ?, ?, ?, ?, ?)
     on conflict do update set revision = excluded.revision, body = excluded.body`,
  );
  for (const resource of contents.resources) {
    const { kind, owner, mesh, parent, name } = resource;
    put.run(kind, owner, mesh, parent, name, revision, JSON.stringify(resource));
  }
  db.exec('delete from client_token');
  const putToken = db.prepare(
    'insert into client_token (account, operation, token, content, used_at) values (?, ?, ?, ?, ?)',
  );
  for (const { account, operation, token, content, at } of contents.tokens) {
    putToken.run(account, operation, token, content, at);
  }
  return { outcome: 'replaced', revision };
}
