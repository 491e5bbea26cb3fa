import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the example alarms and dashboards. */
export const MONITORING = join(import.meta.dirname, '../../docs/examples/monitoring');

/** Returns the text of each example file by name. */
export function monitoringFiles(): ReadonlyMap<string, string> {
  return new Map(readdirSync(MONITORING).map((name) => [name, readFileSync(join(MONITORING, name), 'utf8')]));
}

/**
 * Returns the metrics that the examples use and that begin with a prefix, sorted, each once. A histogram is named without the suffix of
 * its series. Labels of Envoy's metrics, which begin like them, are left out.
 */
export function metricsUsed(prefix: string): readonly string[] {
  const used = [...monitoringFiles().values()].flatMap((text) =>
    [...text.matchAll(new RegExp(`\\b${prefix}\\w+`, 'g'))].map(([name]) => name.replace(/_bucket$/, '')),
  );
  return [...new Set(used)].filter((name) => !LABELS.has(name)).toSorted();
}

const LABELS = new Set(['envoy_http_conn_manager_prefix', 'envoy_response_code_class', 'envoy_cluster_name']);
