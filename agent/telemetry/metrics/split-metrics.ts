import type { Metric, ResourceMetrics } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';

/**
 * Splits metrics into requests of at most `most` data points, in their order: a receiver has a limit for a request, such as 4 MiB of gRPC. Does not
 * modify its argument.
 */
export function splitMetrics(
  all: readonly ResourceMetrics[],
  most: number,
): readonly (readonly ResourceMetrics[])[] {
  const requests: ResourceMetrics[][] = [];
  let room = 0;

  function add(
    source: ResourceMetrics,
    scope: ResourceMetrics['scopeMetrics'][number],
    metric: Metric,
  ): void {
    if (room === 0) {
      requests.push([]);
      room = most;
    }
    const request = requests.at(-1) ?? [];
    let resource = request.at(-1);
    if (resource?.resource !== source.resource || resource === undefined) {
      resource = { ...source, scopeMetrics: [] };
      request.push(resource);
    }
    let last = resource.scopeMetrics.at(-1);
    if (last === undefined || last.scope !== scope.scope) {
      last = { ...scope, metrics: [] };
      resource.scopeMetrics.push(last);
    }
    last.metrics.push(metric);
  }

  for (const source of all) {
    for (const scope of source.scopeMetrics) {
      for (const metric of scope.metrics) {
        const points = metric.data.value?.dataPoints ?? [];
        for (let start = 0; start < points.length; ) {
          const count = Math.min(points.length - start, room === 0 ? most : room);
          add(source, scope, part(metric, start, start + count));
          room -= count;
          start += count;
        }
      }
    }
  }
  return requests;
}

/** Returns the metric with some of its points. */
function part(metric: Metric, start: number, end: number): Metric {
  const { data } = metric;
  if (data.case === undefined || (start === 0 && end === data.value.dataPoints.length)) return metric;
  // The kinds of points are not mixed.
  const value = { ...data.value, dataPoints: data.value.dataPoints.slice(start, end) };
  return { ...metric, data: { case: data.case, value } as Metric['data'] };
}
