import type { KeyValue } from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';
import type { Metric, ResourceMetrics } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import type { Resource } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import { textOf } from './attribute-text.ts';
import type { SeriesLimit } from './series-limit.ts';

/** A filter for points of OpenTelemetry. */
export type PointFilter = {
  /** Removes the points of series above the limit from the metrics, and returns them. */
  readonly filter: (metrics: readonly ResourceMetrics[]) => readonly ResourceMetrics[];
};

/** The time without a point after which a series no longer counts against the limit, in milliseconds. */
const IDLE_MS = 15 * 60_000;

/** Senders beyond this many get new names, and so new series. */
const MOST_RESOURCES = 1000;

/** Creates a filter. `now` is in milliseconds, of any clock that does not go back. */
export function createPointFilter(
  limit: SeriesLimit,
  now: () => number = () => performance.now(),
): PointFilter {
  /** Short names of resources, which are long. */
  const resources = new Map<string, number>();
  /** Series of this period and of the one before. */
  let current = new Set<string>();
  let earlier = new Set<string>();
  let nextResource = 0;
  let periodEnds = now() + IDLE_MS;

  function isAdmitted(key: string, name: string): boolean {
    if (current.has(key)) return true;
    if (!earlier.delete(key) && !limit.take(name)) return false;
    current.add(key);
    return true;
  }

  function shortNameOf(resource: Resource | undefined): number {
    const text = textOf(resource?.attributes ?? []);
    if (resources.size >= MOST_RESOURCES) resources.clear();
    const known = resources.get(text) ?? (nextResource += 1);
    resources.set(text, known);
    return known;
  }

  function filterMetric(resource: number, metric: Metric): void {
    const { name, data } = metric;
    if (data.case === undefined) return;
    // The kinds of points have their attributes in common.
    const points = data.value.dataPoints as { attributes: KeyValue[] }[];
    const left = points.filter(({ attributes }) =>
      isAdmitted(`${resource}|${textOf(attributes)}|${name}`, name),
    );
    if (left.length < points.length) data.value.dataPoints = left as never;
  }

  return {
    filter(all) {
      if (now() > periodEnds) {
        limit.release(earlier.size);
        [earlier, current, periodEnds] = [current, new Set(), now() + IDLE_MS];
      }
      for (const { resource, scopeMetrics } of all) {
        const short = shortNameOf(resource);
        for (const { metrics } of scopeMetrics) for (const metric of metrics) filterMetric(short, metric);
      }
      return all;
    },
  };
}
