import { collectProblems, reportAll, type ConditionalProblem, type Report } from './problems.ts';

/**
 * Keeps what was made from a part of the model: by the part itself, which is never changed and takes it along when it
 * goes, and by a key and `parts` (default none) that hold all else that it was made from. Of one key, only what was made
 * from the newest parts is kept; each of them has to be the very same for it to be found. Problems found in the making
 * are reported each time.
 */
export type Memo<V> = (
  owner: object,
  key: string,
  report: Report,
  make: (report: Report) => V,
  parts?: readonly unknown[],
) => V;

type Kept<V> = {
  readonly made: V;
  readonly problems: readonly ConditionalProblem[];
  readonly parts: readonly unknown[];
};

const KEYS = 64;

/** Holds the newest 64 of an owner. */
export function createMemo<V>(): Memo<V> {
  const kept = new WeakMap<object, Map<string, Kept<V>>>();
  return (owner, key, report, make, parts = NO_PARTS) => {
    let own = kept.get(owner);
    if (own === undefined) kept.set(owner, (own = new Map<string, Kept<V>>()));
    const found = own.get(key);
    const { made, problems } =
      found !== undefined && isSame(found.parts, parts) ? found : keep(own, key, make, parts);
    reportAll(problems, report);
    return made;
  };
}

const NO_PARTS: readonly unknown[] = [];

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

function keep<V>(
  own: Map<string, Kept<V>>,
  key: string,
  make: (report: Report) => V,
  parts: readonly unknown[],
): Kept<V> {
  const { report, list } = collectProblems();
  const made = make(report);
  const kept = { made, problems: list(), parts };
  own.set(key, kept);
  if (own.size > KEYS) own.delete(own.keys().next().value ?? key);
  return kept;
}
