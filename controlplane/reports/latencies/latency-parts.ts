import type {
  FiguresCaller,
  Latencies,
  LatencyLine,
  MissingFigures,
} from '../../../common/contracts/reports.ts';
import type { Model } from '../../mesh/model.ts';
import { lineOf, type LineId } from '../lines.ts';
import { merged, percentiles, type Distribution } from './histogram.ts';
import type { LatencyQuestion } from './question.ts';

/** Latencies of a cluster of one or more proxies of a caller. */
export type LatencyPart = {
  readonly from: FiguresCaller;
  readonly cluster: string;
  readonly distribution: Distribution;
};

/** The latencies of the proxies of one replica. */
export type LatencyParts = {
  readonly parts: readonly LatencyPart[];
  /** Proxies that answered. */
  readonly reporting: number;
  readonly missing: readonly MissingFigures[];
};

/** The most missing proxies and replicas that an answer names. */
const MOST_MISSING = 100;

/** Merges what all replicas say into one answer. Clusters of no line are left out. */
export function latenciesOf(
  { mesh, seconds }: LatencyQuestion,
  model: Pick<Model, 'get'>,
  all: readonly LatencyParts[],
): Latencies {
  return {
    mesh: mesh.mesh,
    meshOwner: mesh.owner,
    seconds,
    lines: mergedParts(all.flatMap(({ parts }) => parts)).flatMap(({ from, cluster, distribution }) => {
      const id = lineOf(mesh, from, cluster, model);
      return id === undefined ? [] : [latencyLine(id, distribution)];
    }),
    reporting: all.reduce((sum, { reporting }) => sum + reporting, 0),
    missing: all.flatMap(({ missing }) => missing).slice(0, MOST_MISSING),
  };
}

/** Returns one part for each cluster of each caller. */
export function mergedParts(parts: readonly LatencyPart[]): readonly LatencyPart[] {
  const byLine = Map.groupBy(parts, ({ from, cluster }) => `${from.kind}/${from.name}/${cluster}`);
  return [...byLine.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [{ ...first, distribution: merged(same.map(({ distribution }) => distribution)) }];
  });
}

function latencyLine({ from, to, cluster }: LineId, { ranges, responses }: Distribution): LatencyLine {
  const [first, second, third, fourth, fifth] = responses;
  return {
    from,
    to,
    cluster,
    milliseconds: percentiles(ranges),
    responses: { '1xx': first, '2xx': second, '3xx': third, '4xx': fourth, '5xx': fifth },
  };
}
