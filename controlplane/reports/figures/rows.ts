/** Something with a row of its own in tables; -1: it has none. */
export type InRow = { row: number };

/** Rows of tables, for a number of things that has a bound. */
export type Rows<T extends InRow> = {
  /** Gives a thing a row, if need be that of another one whose row is empty. Returns whether there was one. */
  readonly take: (thing: T) => boolean;
  /** Takes the row of a thing away. */
  readonly release: (thing: T) => void;
  /** How many rows have ever been in use. */
  readonly count: () => number;
};

/** Inputs. `turn`: while it stays the same, empty rows are looked for once, because a look goes through all of them. */
export type RowsOptions<T> = {
  readonly most: number;
  readonly isEmpty: (thing: T) => boolean;
  readonly onLost: (thing: T) => void;
  readonly turn: () => number;
};

/** Creates rows that nothing has. */
export function createRows<T extends InRow>({ most, isEmpty, onLost, turn }: RowsOptions<T>): Rows<T> {
  const owners = new Set<T>();
  const free: number[] = [];
  let count = 0;
  let lookedAt: number | undefined;

  function release(thing: T): void {
    if (!owners.delete(thing)) return;
    free.push(thing.row);
    thing.row = -1;
  }

  function freeEmptyRows(): void {
    if (lookedAt === turn()) return;
    lookedAt = turn();
    for (const thing of owners) {
      if (!isEmpty(thing)) continue;
      release(thing);
      onLost(thing);
    }
  }

  return {
    take(thing) {
      if (free.length === 0 && count >= most) freeEmptyRows();
      const row = free.pop() ?? (count < most ? count++ : undefined);
      if (row === undefined) return false;
      thing.row = row;
      owners.add(thing);
      return true;
    },
    release,
    count: () => count,
  };
}
