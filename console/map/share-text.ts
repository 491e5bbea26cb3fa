import type { RouteShare } from '../model/graph/graph.ts';
import { percent } from '../text/texts.ts';

/** Writes the share of a route on a line, with the route's name where its router has several. */
export function shareText({ key, share, only }: RouteShare): string {
  return only ? percent(share) : `${percent(share)} ${key.slice(key.lastIndexOf('/') + 1)}`;
}
