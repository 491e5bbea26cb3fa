import { compareText } from '../../common/compare-text.ts';
/** A part of the model that has no effect: its place (`virtualRouter/R/route/X`), and the reason. */
export type Problem = { readonly where: string; readonly what: string };

/** A problem found by translation; `only` is a condition outside the model, without which it is not a problem. */
export type ConditionalProblem = Problem & { readonly only?: Condition };

/**
 * When a problem exists. `connected`: while a proxy of that virtual node of the mesh is connected. `lacking`: for a proxy that
 * holds no version of that secret, or only the stand-in of that version.
 */
export type Condition =
  | { readonly kind: 'connected'; readonly virtualNode: string }
  | { readonly kind: 'lacking'; readonly secret: string; readonly standIn: string | undefined };

/** The state of one proxy that conditions refer to. */
export type Circumstances = {
  readonly isConnected: (virtualNode: string) => boolean;
  /** The version of a secret that the proxy holds; undefined if it holds none. */
  readonly held: (secret: string) => string | undefined;
};

/** Returns the problems that apply to a proxy. */
export function problemsIn(
  problems: readonly ConditionalProblem[],
  { isConnected, held }: Circumstances,
): readonly Problem[] {
  const stands = (only: Condition): boolean => {
    if (only.kind === 'connected') return isConnected(only.virtualNode);
    const version = held(only.secret);
    return version === undefined || version === only.standIn;
  };
  return problems.flatMap(({ where, what, only }) =>
    only === undefined || stands(only) ? [{ where, what }] : [],
  );
}

/** Reports one problem. */
export type Report = (where: string, what: string, only?: Condition) => void;

/** Reports problems that were found earlier. */
export function reportAll(problems: readonly ConditionalProblem[], report: Report): void {
  for (const { where, what, only } of problems) report(where, what, only);
}

/** Drops problems that are reported elsewhere. */
export const unreported: Report = () => {};

/** Creates a report function, and the list of its problems: each once, sorted. */
export function collectProblems(): {
  readonly report: Report;
  readonly list: () => readonly ConditionalProblem[];
} {
  const found = new Map<string, ConditionalProblem>();
  return {
    report: (where, what, only) =>
      void found.set(`${where}\0${what}`, { where, what, ...(only === undefined ? {} : { only }) }),
    list: () => [...found.entries()].toSorted(([a], [b]) => compareText(a, b)).map(([, problem]) => problem),
  };
}
