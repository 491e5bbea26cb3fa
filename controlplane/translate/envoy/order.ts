import { compareText } from '../../../common/compare-text.ts';
import { NO_PRIORITY } from '../defaults.ts';

/** The properties that decide a route's position. `path` is the text that Envoy is given, of any kind. */
export type Rank = {
  readonly priority: number | undefined;
  readonly path: string;
  readonly name: string;
};

/**
 * Compares routes in App Mesh's order, first match wins: lower priority number, longer path, path in code-unit order. The
 * route's name breaks ties, so that the order is deterministic.
 */
export function byRank(a: Rank, b: Rank): number {
  return (
    (a.priority ?? NO_PRIORITY) - (b.priority ?? NO_PRIORITY) ||
    b.path.length - a.path.length ||
    compareText(a.path, b.path) ||
    compareText(a.name, b.name)
  );
}
