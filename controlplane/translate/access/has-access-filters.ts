import type { Options } from '../options.ts';

/**
 * Whether a proxy has the filters of authorization. It has them with any mode, `OFF` included, so that a change of the mode or of a rule
 * changes only what the filters do, by ECDS, and no listener.
 */
export function hasAccessFilters({ trustDomain, authorization }: Options): boolean {
  return trustDomain !== undefined && authorization;
}
