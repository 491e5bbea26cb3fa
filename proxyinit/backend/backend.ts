import { BACKENDS, type Backend } from './programs.ts';

/** State of one backend, on which the choice depends. */
export type Evidence = {
  readonly backend: Backend;
  /** Why the backend does not work; undefined if it works. */
  readonly unusable: string | undefined;
  readonly ours: boolean;
  /** Number of rules of other programs. */
  readonly others: number;
};

/** The backend to write to, and why. */
export type Choice = { readonly backend: Backend; readonly because: string };

/**
 * Chooses the backend for our rules among those that work; the first match wins: the only one with rules of ours; the only one with
 * rules of other programs; the one that `iptables` uses on this host. Undefined if none works.
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
