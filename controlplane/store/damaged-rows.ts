import type { ResourceId } from '../mesh/resource.ts';
import type { TokenUse } from './store.ts';

/** Rows that a message lists by name; it counts the others. */
const NAMED = 5;

/** Rows whose checksum does not match. `names` says what the rows hold, if that is still readable. */
export class DamagedRows extends Error {
  constructor(names: readonly string[]) {
    super(
      names.length === 1
        ? `the row of ${names[0]} fails its checksum`
        : `${names.length} rows fail their checksums: ${listOf(names)}`,
    );
    this.name = 'DamagedRows';
  }
}

/**
 * Returns `rows` if all of them are sound.
 * @throws DamagedRows naming every damaged row
 */
export function requireSound<R>(
  rows: readonly R[],
  isSound: (row: R) => boolean,
  nameOf: (row: R) => string,
): readonly R[] {
  const damaged = rows.filter((row) => !isSound(row));
  if (damaged.length > 0) throw new DamagedRows(damaged.map(nameOf));
  return rows;
}

/** Describes a resource for messages. */
export function describeResource({ kind, owner, mesh, parent, name }: ResourceId): string {
  const within = parent === '' ? '' : ` of ${JSON.stringify(parent)}`;
  return `${kind} ${JSON.stringify(name)}${within} in mesh ${JSON.stringify(mesh)} of account ${owner}`;
}

/** Describes a client token for messages. */
export function describeToken({ account, operation }: Pick<TokenUse, 'account' | 'operation'>): string {
  return `a client token for ${operation} by account ${account}`;
}

function listOf(names: readonly string[]): string {
  const more = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}
