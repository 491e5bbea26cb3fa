import { BACKENDS, type Backend } from './programs.ts';

/** What one backend shows. */
export type Evidence = {
  readonly backend: Backend;
  /** Undefined: it works; else why not. */
  readonly unusable: string | undefined;
  readonly ours: boolean;
  /** How many rules of others it holds. */
  readonly others: number;
};

/** The backend to write to, and why. */
export type Choice = { readonly backend: Backend; readonly because: string };

/**
 * Chooses where rules of ours are written to: where they are already; else where all rules of others are; else what
 * `iptables` is on this host; among those that work. Undefined where none works.
 */
export function chooseBackend(
  evidence: readonly Evidence[],
  asked: Backend | 'auto',
  standard: Backend | undefined,
): Choice | undefined {
  if (asked !== 'auto') return { backend: asked, because: 'asked for' };
  const usable = evidence.filter(({ unusable }) => unusable === undefined);
  const only = (matching: readonly Evidence[], because: string): Choice | undefined => {
    const [one, ...more] = matching;
    return one !== undefined && more.length === 0 ? { backend: one.backend, because } : undefined;
  };
  const first = [standard, ...BACKENDS]
    .map((backend) => usable.find((candidate) => candidate.backend === backend))
    .find((candidate) => candidate !== undefined);
  return (
    only(usable, 'the only one that works here') ??
    only(
      usable.filter(({ ours }) => ours),
      'its rules are there',
    ) ??
    only(
      usable.filter(({ others }) => others > 0),
      "others' rules are there",
    ) ??
    (first && { backend: first.backend, because: 'what iptables is on this host' })
  );
}
