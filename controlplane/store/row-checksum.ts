import type { DatabaseSync } from 'node:sqlite';
import { checksumOf } from '../../common/files/seal.ts';
import type { ResourceId } from '../mesh/resource.ts';
import type { TokenUse } from './store.ts';

// What a row of SQLite is checked against when it is read. Rows that were written have it, and so has a released step of the
// schema: what is covered, and how, stays as it is. PostgreSQL has functions of the same names (postgres-step-3.ts).

/** The checksum of a resource's row; `body` is null where it was deleted. */
export function resourceChecksum(
  { kind, owner, mesh, parent, name }: ResourceId,
  revision: number,
  body: string | null,
): string {
  return checksumOf([kind, owner, mesh, parent, name, revision, body ?? ''].join('\n'));
}

/** The checksum of a client token's row. */
export function tokenChecksum({ account, operation, token, content, at }: TokenUse): string {
  return checksumOf([account, operation, token, content, at].join('\n'));
}

/** The checksums of the rows at hand, in SQL. */
export const RESOURCE_CHECKSUM = 'resource_checksum(kind, owner, mesh, parent, name, revision, body)';
export const TOKEN_CHECKSUM = 'token_checksum(account, operation, token, content, used_at)';

/** Gives SQL the functions `resource_checksum` and `token_checksum`, which take the columns of their table in order. */
export function addChecksumFunctions(db: DatabaseSync): void {
  db.function(
    'resource_checksum',
    { deterministic: true },
    (kind, owner, mesh, parent, name, revision, body) =>
      resourceChecksum(
        { kind, owner, mesh, parent, name } as ResourceId,
        Number(revision),
        body as string | null,
      ),
  );
  db.function('token_checksum', { deterministic: true }, (account, operation, token, content, at) =>
    tokenChecksum({ account, operation, token, content, at: Number(at) } as TokenUse),
  );
}
