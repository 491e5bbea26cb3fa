import type { ClusterLatencies, LatencyRange } from '../../../common/contracts/agent-channel/latencies.ts';
import type { LatencyLine } from '../../../common/contracts/reports.ts';

type Responses = ClusterLatencies['responses'];

/** Latencies and responses of one cluster. */
export type Distribution = Pick<ClusterLatencies, 'ranges' | 'responses'>;

/** Returns the counts between two readings of one Envoy. If counts are lower than before, Envoy has restarted, and all of `after` is new. */
export function added(before: Distribution | undefined, after: Distribution): Distribution {
  if (before === undefined) return after;
  const earlier = new Map(before.ranges.map(({ from, count }) => [from, count]));
  const ranges = after.ranges.map((range) => ({
    ...range,
    count: range.count - (earlier.get(range.from) ?? 0),
  }));
  const responses = mapResponses((index) => (after.responses[index] ?? 0) - (before.responses[index] ?? 0));
  const isRestarted = [...ranges.map(({ count }) => count), ...responses].some((count) => count < 0);
  return isRestarted ? after : { ranges: ranges.filter(({ count }) => count > 0), responses };
}

/** Returns the sum of distributions. Percentiles of several proxies cannot be averaged, but their ranges add up. */
export function merged(all: readonly Distribution[]): Distribution {
  const ranges = new Map<number, LatencyRange>();
  for (const range of all.flatMap((each) => each.ranges)) {
    const known = ranges.get(range.from);
    ranges.set(range.from, known === undefined ? range : { ...known, count: known.count + range.count });
  }
  return {
    ranges: [...ranges.values()].toSorted((a, b) => a.from - b.from),
    responses: mapResponses((index) => all.reduce((sum, { responses }) => sum + (responses[index] ?? 0), 0)),
  };
}

/** Returns p50, p95 and p99; null without a request. `ranges` are sorted. */
export function percentiles(ranges: readonly LatencyRange[]): LatencyLine['milliseconds'] {
  const total = ranges.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const at = (share: number): number => {
    let rest = share * total;
    for (const { from, width, count } of ranges) {
      if (rest <= count) return rounded(from + (width * rest) / count);
      rest -= count;
    }
    const last = ranges.at(-1);
    return rounded((last?.from ?? 0) + (last?.width ?? 0));
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Envoy keeps two digits of a latency. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function mapResponses(of: (index: number) => number): Responses {
  return [of(0), of(1), of(2), of(3), of(4)];
}
