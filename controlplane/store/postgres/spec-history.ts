import type { Pool, QueryConfig } from 'pg';
import { requireSound } from '../damaged-rows.ts';
import {
  bodyOf,
  forgottenBefore,
  MOST_CHANGES,
  parseBody,
  type HistoryQuery,
  type SpecChangeInput,
  type SpecChangeRecord,
} from '../spec-history.ts';
import { idText, keyOf, meshText, nameOf, parseId } from './rows.ts';

/** A row of `daybreak.spec_change`, as the driver reads it. `sound`: whether its checksum matches. */
export type SpecChangeRow = {
  readonly id: string;
  readonly revision: string;
  readonly step: number;
  readonly at: string;
  readonly body: string;
  readonly sound: boolean;
};

/** The columns of a SpecChangeRow, selected from the table. */
export const SPEC_CHANGE_COLUMNS = `id, revision, step, at, body,
  checksum = daybreak.spec_change_checksum(key, revision, step, id, mesh, at, body) as sound`;

/** Returns the last arguments of daybreak.commit: one list per column, the bound of each resource, and the time before which all are forgotten. */
export function historyColumns(history: readonly SpecChangeInput[]): unknown[] {
  return [...columnsOf(history), MOST_CHANGES, forgottenBefore(history)];
}

/** Returns the rows to write as one list per column: keys, ids, meshes, bodies, times. */
export function columnsOf(history: readonly SpecChangeInput[]): unknown[] {
  const ids = history.map(({ id }) => idText(id));
  return [
    ids.map(keyOf),
    ids,
    history.map(({ id }) => meshText(id)),
    history.map(bodyOf),
    history.map(({ at }) => at),
  ];
}

/**
 * Decodes rows of changes.
 * @throws DamagedRows
 */
export function readSpecChanges(rows: readonly SpecChangeRow[]): readonly SpecChangeRecord[] {
  return requireSound(
    rows,
    ({ sound }) => sound,
    ({ id }) => `a change of ${nameOf(id)}`,
  ).map(({ id, revision, step, at, body }) => ({
    id: parseId(id),
    revision: Number(revision),
    step,
    at: Number(at),
    ...parseBody(body),
  }));
}

/** Implements Store.history. */
export async function readHistory(
  pool: Pool,
  { mesh, id, before, limit }: HistoryQuery,
): Promise<readonly SpecChangeRecord[]> {
  const { revision, step } = before ?? { revision: Number.MAX_SAFE_INTEGER, step: 0 };
  const [column, value] = id === undefined ? ['mesh', meshText(mesh)] : ['key', keyOf(idText(id))];
  const query: QueryConfig = {
    name: `history by ${column}`,
    text: `select ${SPEC_CHANGE_COLUMNS} from daybreak.spec_change
      where ${column} = $1 and (revision, step) < ($2, $3) order by revision desc, step desc limit $4`,
    values: [value, revision, step, limit],
  };
  const { rows } = await pool.query<SpecChangeRow>(query);
  return readSpecChanges(rows);
}
