/** Envoy's counters of one cluster: connection attempts, and failed attempts. */
export type Counts = { readonly total: number; readonly failed: number };

/** Failed connections since the last successful one (`inRow`), and those of them since the previous poll (`recent`). */
export type Failures = { readonly inRow: number; readonly recent: number };

/** A cluster's counters and failures as of the last poll. */
export type FailureRecord = { readonly counts: Counts; readonly failures: Failures };

/** The record of a cluster before the first poll. */
export const EMPTY_RECORD: FailureRecord = {
  counts: { total: 0, failed: 0 },
  failures: { inRow: 0, recent: 0 },
};

/** Returns the record after another poll. One successful connection resets the failures. */
export function updateRecord({ counts: before, failures }: FailureRecord, counts: Counts): FailureRecord {
  const failed = counts.failed - before.failed;
  const worked = counts.total - before.total > failed;
  if (worked) return { counts, failures: EMPTY_RECORD.failures };
  return { counts, failures: { inRow: failures.inRow + failed, recent: failed } };
}

/** Regular expression (RE2) that matches the statistics of `countsOf`. */
export const COUNTERS = String.raw`^cluster\.cds_ingress_.+\.upstream_cx_(total|connect_fail)$`;

/** Returns the counters of a virtual node's ingress clusters, by cluster. */
export function countsOf(stats: ReadonlyMap<string, number>): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const [name, total] of stats) {
    const [, cluster] = /^cluster\.(.+)\.upstream_cx_total$/.exec(name) ?? [];
    if (cluster === undefined) continue;
    counts.set(cluster, { total, failed: stats.get(`cluster.${cluster}.upstream_cx_connect_fail`) ?? 0 });
  }
  return counts;
}
