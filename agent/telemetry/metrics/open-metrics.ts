import { create } from '@bufbuild/protobuf';
import { createOtlpOutput } from '../otlp/otlp-output.ts';
import { ExportMetricsServiceRequestSchema } from '../otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import type { ResourceMetrics } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import type { OutputStatus } from '../queue/export-queue.ts';
import type { MetricsSettings } from '../settings/metrics-settings.ts';
import type { Parts } from '../parts.ts';
import { withResource } from '../resource/with-resource.ts';
import { countPoints } from './count-points.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createPointFilter } from './point-filter.ts';
import { createSeriesLimit, type SeriesLimit } from './series-limit.ts';
import { toResourceMetrics } from './to-otlp.ts';

/** An output of metrics. */
export type MetricsOutput = {
  /** Takes points, which the receiver of the call no longer changes. */
  readonly push: (metrics: readonly ResourceMetrics[]) => void;
  readonly status: () => OutputStatus;
  readonly close: (limitMs: number) => Promise<void>;
};

/** The metrics that pass through the agent. */
export type Metrics = {
  /** Where values of StatsD are added. */
  readonly registry: Registry;
  readonly limit: SeriesLimit;
  /** Takes points of OTLP from the application or Envoy. */
  readonly push: (metrics: readonly ResourceMetrics[]) => void;
  /** Sends the values of the interval so far. */
  readonly collect: () => void;
  readonly outputs: readonly MetricsOutput[];
  readonly close: (limitMs: number) => Promise<void>;
};

/** Opens the outputs of metrics, and sends the values of the registry to them at each interval. */
export function openMetrics(settings: MetricsSettings, parts: Parts): Metrics {
  const { resource, scope } = parts;
  const limit = createSeriesLimit(settings.mostSeries);
  const registry = createRegistry(limit);
  const passing = createPointFilter(limit);
  const outputs = settings.exporters.map((): MetricsOutput => openOtlp(settings, parts));

  const push = (metrics: readonly ResourceMetrics[]): void => {
    for (const output of outputs) output.push(metrics);
  };
  const collect = (): void => {
    const series = registry.collect('all');
    if (series.length > 0) push([toResourceMetrics(series, { resource, scope, at: Date.now() })]);
    for (const each of series) if (each.kind === 'set') each.values.clear();
  };
  const timer = setInterval(collect, settings.intervalMs).unref();
  return {
    registry,
    limit,
    push(metrics) {
      withResource(metrics, resource);
      push(passing.filter(metrics));
    },
    collect,
    outputs,
    async close(limitMs) {
      clearInterval(timer);
      collect();
      await Promise.all(outputs.map((output) => output.close(limitMs)));
    },
  };
}

function openOtlp({ otlp }: MetricsSettings, { mostBytes, onState }: Parts): MetricsOutput {
  const output = createOtlpOutput('metrics', { settings: otlp, mostBytes, onState });
  return {
    push(resourceMetrics) {
      const request = create(ExportMetricsServiceRequestSchema, { resourceMetrics: [...resourceMetrics] });
      output.push(request, countPoints(resourceMetrics));
    },
    status: output.status,
    close: output.close,
  };
}
