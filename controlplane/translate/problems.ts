import { compareText } from '../../common/compare-text.ts';
/** A part of the model that has no effect: where it stands (`virtualRouter/R/route/X`), and why. */
export type Problem = { readonly where: string; readonly what: string };

/** A problem as translation finds it: `only` is what lies outside the model and has to be so for it to be one. */
export type ConditionalProblem = Problem & { readonly only?: Condition };

/**
 * When a problem is one. `connected`: while a proxy of that virtual node of the mesh is. `lacking`: for a proxy that has nothing
 * under the name of that secret, or what stands in for it, which is of that version.
 */
export type Condition =
  | { readonly kind: 'connected'; readonly virtualNode: string }
  | { readonly kind: 'lacking'; readonly secret: string; readonly standIn: string | undefined };

/** What conditions are about, for one proxy. */
export type Circumstances = {
  readonly isConnected: (virtualNode: string) => boolean;
  /** The version of a secret that it has; undefined where it has none. */
  readonly held: (secret: string) => string | undefined;
};

/** The problems that are ones for a proxy. */
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

/** Takes one problem down. */
export type Report = (where: string, what: string, only?: Condition) => void;

/** Takes down problems that were found before. */
export function reportAll(problems: readonly ConditionalProblem[], report: Report): void {
  for (const { where, what, only } of problems) report(where, what, only);
}

/** For what has no problems of its own, or has them reported elsewhere. */
export const unreported: Report = () => {};

/** A place to report problems to, and the list of them: each once, sorted. */
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
