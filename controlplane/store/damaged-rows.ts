import type { ResourceId } from '../mesh/resource.ts';
import type { TokenUse } from './store.ts';

/** How many are named in the message; of the others it says how many there are. */
const NAMED = 5;

/** Rows of a store are not what was written to them. `names` says what they were, as far as that can still be read. */
export class DamagedRows extends Error {
  constructor(names: readonly string[]) {
    super(
      names.length === 1
        ? `the row of ${names[0]} is not what was written`
        : `${names.length} rows are not what was written: ${listOf(names)}`,
    );
    this.name = 'DamagedRows';
  }
}

/**
 * The rows, where all of them are what was written.
 * @throws DamagedRows that names all those that are not
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

/** A resource by its name, for messages. */
export function describeResource({ kind, owner, mesh, parent, name }: ResourceId): string {
  const within = parent === '' ? '' : ` of ${JSON.stringify(parent)}`;
  return `${kind} ${JSON.stringify(name)}${within} in mesh ${JSON.stringify(mesh)} of account ${owner}`;
}

/** A client token, for messages. */
export function describeToken({ account, operation }: Pick<TokenUse, 'account' | 'operation'>): string {
  return `a client token for ${operation} by account ${account}`;
}

function listOf(names: readonly string[]): string {
  const more = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}
