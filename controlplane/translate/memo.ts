import { collectProblems, reportAll, type ConditionalProblem, type Report } from './problems.ts';

/**
 * Memoizes results per model object (held weakly, never modified), key and `parts` (default none), which together hold all
 * inputs. Per key, only the result of the newest parts is kept, and a lookup needs identical parts. Problems found during the
 * computation are reported on every lookup.
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

/** Creates a memo that holds the newest 64 keys per owner. */
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
