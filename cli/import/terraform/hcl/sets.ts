import { isDeepStrictEqual } from 'node:util';

// Sets and lists of Terraform, for its functions. Terraform orders the items of a set.

/** Returns the items of a set: each once, in order. */
export function asSet(items: readonly unknown[]): readonly unknown[] {
  return distinct(items).toSorted(inOrder);
}

/** Returns each item once, at its first place. */
export function distinct(items: readonly unknown[]): unknown[] {
  return items.filter((item, index) => items.findIndex((each) => isDeepStrictEqual(each, item)) === index);
}

/** Compares numbers by their size, and texts by their characters. */
export function inOrder(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}

/** Returns the set of the items that all sets have. */
export function common(sets: readonly (readonly unknown[])[]): readonly unknown[] | undefined {
  const [first, ...others] = sets;
  return first && asSet(first.filter((item) => others.every((set) => has(set, item))));
}

/** Returns the set of the items that are not among `others`. */
export function without(items: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  return asSet(items.filter((item) => !has(others, item)));
}

/** The most combinations of `product`. */
const MOST_ROWS = 10_000;

/** Returns all combinations of an item of each list; undefined for fewer than two lists, and for too many combinations. */
export function product(lists: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] | undefined {
  const size = lists.reduce((count, list) => count * list.length, 1);
  if (lists.length < 2 || size > MOST_ROWS) return undefined;
  return lists.reduce<readonly (readonly unknown[])[]>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  );
}

/** Returns a list in parts of `size` items; undefined for a size that is no whole number above 0. */
export function chunks(items: readonly unknown[], size: number): readonly (readonly unknown[])[] | undefined {
  if (!Number.isInteger(size) || size < 1) return undefined;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function has(items: readonly unknown[], item: unknown): boolean {
  return items.some((each) => isDeepStrictEqual(each, item));
}
