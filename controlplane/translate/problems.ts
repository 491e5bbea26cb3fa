/** A part of the model that has no effect: where it stands (`virtualRouter/R/route/X`), and why. */
export type Problem = { readonly where: string; readonly what: string };

/** Takes one problem down. */
export type Report = (where: string, what: string) => void;

/** For what has no problems of its own, or has them reported elsewhere. */
export const unreported: Report = () => {};

/** A place to report problems to, and the list of them: each once, sorted. */
export function collectProblems(): { readonly report: Report; readonly list: () => readonly Problem[] } {
  const found = new Map<string, Problem>();
  return {
    report: (where, what) => void found.set(`${where}\0${what}`, { where, what }),
    list: () => [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, problem]) => problem),
  };
}
