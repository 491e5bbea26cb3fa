/** Envoy's counters of one cluster: connections that were begun, and those that did not come about. */
export type Counts = { readonly total: number; readonly failed: number };

/** Connections in vain: since the last that worked, and of these the ones since the last look. */
export type Failures = { readonly inRow: number; readonly lately: number };

/** A cluster's counters as of the last look. */
export type Seen = { readonly counts: Counts; readonly failures: Failures };

/** A cluster's counters before the first look. */
export const UNSEEN: Seen = { counts: { total: 0, failed: 0 }, failures: { inRow: 0, lately: 0 } };

/** A cluster at the next look. As soon as one connection did not fail, the ones before it count no more. */
export function nextSeen({ counts: before, failures }: Seen, counts: Counts): Seen {
  const failed = counts.failed - before.failed;
  const worked = counts.total - before.total > failed;
  if (worked) return { counts, failures: UNSEEN.failures };
  return { counts, failures: { inRow: failures.inRow + failed, lately: failed } };
}

/** The regular expression (RE2) of the statistics that `countsOf` reads. */
export const COUNTERS = String.raw`^cluster\.cds_ingress_.+\.upstream_cx_(total|connect_fail)$`;

/** The counters of a virtual node's ingress clusters, by cluster. */
export function countsOf(stats: ReadonlyMap<string, number>): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const [name, total] of stats) {
    const [, cluster] = /^cluster\.(.+)\.upstream_cx_total$/.exec(name) ?? [];
    if (cluster === undefined) continue;
    counts.set(cluster, { total, failed: stats.get(`cluster.${cluster}.upstream_cx_connect_fail`) ?? 0 });
  }
  return counts;
}
