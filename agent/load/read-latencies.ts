import type { ClusterLatencies, LatencyRange } from '../../common/contracts/agent-channel/latencies.ts';
import type { AdminClient } from '../admin/admin-client.ts';

/** The part of the answer of `GET /stats?format=json&histogram_buckets=detailed` that is read. */
type StatsAnswer = {
  readonly stats: readonly {
    readonly name?: string;
    readonly value?: number;
    readonly histograms?: {
      readonly details: readonly {
        readonly name: string;
        readonly totals: readonly {
          readonly lower_bound: number;
          readonly width: number;
          readonly count: number;
        }[];
      }[];
    };
  }[];
};

/** Of App Mesh's clusters, only those of HTTP have these statistics. */
const ANY_CLUSTER = 'cds_.+_(http2?|grpc)_[0-9]+';
const STATISTIC = /^cluster\.(?<cluster>.+)\.upstream_rq_(?<what>time|[1-5]xx)$/;
/** The most clusters in an answer. */
const MOST_CLUSTERS = 1000;

/**
 * Reads latencies and response classes of clusters since Envoy's start; of all clusters that had requests, if none is named. Envoy adds up
 * its workers' latencies at each flush of statistics, every 5 s by default. Rejects if Envoy does not answer, or answers something else.
 */
export async function readLatencies(
  admin: Pick<AdminClient, 'ask'>,
  clusters: readonly string[],
): Promise<readonly ClusterLatencies[]> {
  const names = clusters.length === 0 ? ANY_CLUSTER : `(${clusters.map(quoted).join('|')})`;
  const filter = encodeURIComponent(`^cluster\\.${names}\\.upstream_rq_(time|[1-5]xx)$`);
  const text = await admin.ask('GET', `/stats?format=json&histogram_buckets=detailed&filter=${filter}`);
  return latenciesIn(JSON.parse(text) as StatsAnswer);
}

function latenciesIn({ stats }: StatsAnswer): readonly ClusterLatencies[] {
  const found = new Map<string, Entry>();
  const of = (statistic: string): { what: string; entry: Entry } | undefined => {
    const { cluster, what } = STATISTIC.exec(statistic)?.groups ?? {};
    if (cluster === undefined || what === undefined) return undefined;
    const entry: Entry = found.get(cluster) ?? { ranges: [], responses: [0, 0, 0, 0, 0] };
    found.set(cluster, entry);
    return { what, entry };
  };
  for (const { name, value = 0, histograms } of stats) {
    const counter = name === undefined ? undefined : of(name);
    if (counter !== undefined)
      counter.entry.responses[Number(counter.what.charAt(0)) - 1] = checked(value, name);
    for (const { name: histogram, totals } of histograms?.details ?? []) {
      const latency = of(histogram);
      if (latency === undefined) continue;
      latency.entry.ranges = totals.map(({ lower_bound: from, width, count }) => ({
        from: checked(from, histogram),
        width: checked(width, histogram),
        count: checked(count, histogram),
      }));
    }
  }
  return [...found]
    .filter(([, { responses, ranges }]) => ranges.length > 0 || responses.some((count) => count > 0))
    .slice(0, MOST_CLUSTERS)
    .map(([name, { ranges, responses }]) => ({ name, ranges, responses }));
}

/** The latencies of a cluster while Envoy's answer is read. `responses`: by class, 1xx to 5xx. */
type Entry = {
  ranges: readonly LatencyRange[];
  readonly responses: [number, number, number, number, number];
};

/** Throws if a value of Envoy's answer is not a number, or below 0. */
function checked(value: unknown, statistic: string | undefined): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new Error(
    `Envoy's statistic ${statistic} has ${JSON.stringify(value)} where a count or a time is due`,
  );
}

function quoted(text: string): string {
  return text.replaceAll(/[^\w-]/g, String.raw`\$&`);
}
