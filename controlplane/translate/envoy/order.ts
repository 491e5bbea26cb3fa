import { compareText } from '../../../common/compare-text.ts';
import { NO_PRIORITY } from '../defaults.ts';

/** What a route's place among its siblings depends on. `path` is the text that Envoy is given, whatever its kind. */
export type Rank = {
  readonly priority: number | undefined;
  readonly path: string;
  readonly name: string;
};

/**
 * App Mesh's order of routes, first match wins: lower priority number, longer path, path in code-unit order. Where all
 * of that is equal, the route's name decides, so that the order never depends on anything else.
 */
export function byRank(a: Rank, b: Rank): number {
  return (
    (a.priority ?? NO_PRIORITY) - (b.priority ?? NO_PRIORITY) ||
    b.path.length - a.path.length ||
    compareText(a.path, b.path) ||
    compareText(a.name, b.name)
  );
}
