import { collectProblems, type Problem, type Report } from './problems.ts';

/**
 * Keeps what was made from a part of the model: by the part itself, which is never changed and takes it along when it
 * goes, and by a key that holds all else that it was made from. Problems found in the making are reported each time.
 */
export type Memo<V> = (owner: object, key: string, report: Report, make: (report: Report) => V) => V;

type Kept<V> = { readonly made: V; readonly problems: readonly Problem[] };

const KEYS = 64;

/** Holds the newest 64 of an owner. */
export function createMemo<V>(): Memo<V> {
  const kept = new WeakMap<object, Map<string, Kept<V>>>();
  return (owner, key, report, make) => {
    const own = kept.get(owner) ?? new Map<string, Kept<V>>();
    kept.set(owner, own);
    const { made, problems } = own.get(key) ?? keep(own, key, make);
    for (const { where, what } of problems) report(where, what);
    return made;
  };
}

function keep<V>(own: Map<string, Kept<V>>, key: string, make: (report: Report) => V): Kept<V> {
  const { report, list } = collectProblems();
  const made = make(report);
  const kept = { made, problems: list() };
  own.set(key, kept);
  if (own.size > KEYS) own.delete(own.keys().next().value ?? key);
  return kept;
}
