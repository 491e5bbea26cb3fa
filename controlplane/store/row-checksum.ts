import type { DatabaseSync } from 'node:sqlite';
import { checksumOf } from '../../common/files/seal.ts';
import type { ResourceId } from '../mesh/resource.ts';
import type { SpecChangeRecord } from './spec-history.ts';
import type { TokenUse } from './store.ts';

// Checksums of SQLite rows, checked on every read. Stored rows and released schema steps depend on them: never change which
// columns they cover, or how. PostgreSQL has functions of the same names (postgres/step-3.ts).

/** Returns the checksum of a resource's row; `body` is null in a tombstone. */
export function resourceChecksum(
  { kind, owner, mesh, parent, name }: ResourceId,
  revision: number,
  body: string | null,
): string {
  return checksumOf([kind, owner, mesh, parent, name, revision, body ?? ''].join('\n'));
}

/** Returns the checksum of a client token's row. */
export function tokenChecksum({ account, operation, token, content, at }: TokenUse): string {
  return checksumOf([account, operation, token, content, at].join('\n'));
}

/** Returns the checksum of a change's row. */
export function specChangeChecksum(
  {
    id: { kind, owner, mesh, parent, name },
    revision,
    step,
    at,
  }: Pick<SpecChangeRecord, 'id' | 'revision' | 'step' | 'at'>,
  body: string,
): string {
  return checksumOf([kind, owner, mesh, parent, name, revision, step, at, body].join('\n'));
}

/** SQL expressions for the checksum of the current row. */
export const RESOURCE_CHECKSUM = 'resource_checksum(kind, owner, mesh, parent, name, revision, body)';
export const TOKEN_CHECKSUM = 'token_checksum(account, operation, token, content, used_at)';
export const SPEC_CHANGE_CHECKSUM =
  'spec_change_checksum(kind, owner, mesh, parent, name, revision, step, at, body)';

/** Registers the SQL functions `resource_checksum`, `token_checksum` and `spec_change_checksum`, which take the columns of their table in order. */
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
  db.function(
    'spec_change_checksum',
    { deterministic: true },
    (kind, owner, mesh, parent, name, revision, step, at, body) =>
      checksumOf([kind, owner, mesh, parent, name, revision, step, at, body].join('\n')),
  );
}
