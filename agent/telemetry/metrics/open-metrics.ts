import type { ResourceMetrics } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { openOtlpMetrics } from '../outputs/otlp-metrics.ts';
import type { MetricsExporter, MetricsSettings } from '../settings/metrics-settings.ts';
import { openAll } from '../open-all.ts';
import type { Parts } from '../parts.ts';
import { withResource } from '../resource/with-resource.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createDeltas } from './deltas.ts';
import type { MetricsOutput } from './metrics-output.ts';
import { createPointFilter } from './point-filter.ts';
import { createSeriesLimit, type SeriesLimit } from './series-limit.ts';
import { correctStartTimes } from './start-times.ts';
import { toResourceMetrics } from './to-otlp.ts';

/** The metrics that pass through the agent. */
export type Metrics = {
  /** The registry for values of StatsD. */
  readonly registry: Registry;
  readonly limit: SeriesLimit;
  /** Receives points of OTLP from the application or Envoy. */
  readonly push: (metrics: readonly ResourceMetrics[]) => void;
  /** Sends the values of the interval so far. */
  readonly collect: () => void;
  readonly outputs: readonly MetricsOutput[];
  readonly close: (limitMs: number) => Promise<void>;
};

/**
 * Opens the outputs of metrics, and sends the values of the registry to them at each interval. `region`: where CloudWatch is.
 * @throws Error if an output is CloudWatch and there is no region
 */
export async function openMetrics(
  settings: MetricsSettings,
  region: string | undefined,
  parts: Parts,
): Promise<Metrics> {
  const { resource, scope } = parts;
  const limit = createSeriesLimit(settings.mostSeries);
  const registry = createRegistry(limit);
  const passing = createPointFilter(limit);
  const deltas = createDeltas(Date.now());
  const outputs = await openAll(settings.exporters, (exporter) =>
    openOutput(exporter, settings, region, parts),
  );
  const wantDeltas = outputs.filter(({ temporality }) => temporality === 'delta');

  const push = (metrics: readonly ResourceMetrics[], source: 'agent' | 'others'): void => {
    const changes = wantDeltas.length === 0 ? [] : deltas.convert(metrics, source);
    for (const output of outputs) output.push(output.temporality === 'delta' ? changes : metrics);
  };
  const collect = (): void => {
    const series = registry.collect('all');
    if (series.length > 0) push([toResourceMetrics(series, { resource, scope, at: Date.now() })], 'agent');
    for (const each of series) if (each.kind === 'set') each.values.clear();
  };
  const timer = setInterval(collect, settings.intervalMs).unref();
  return {
    registry,
    limit,
    push(metrics) {
      withResource(metrics, resource);
      correctStartTimes(metrics);
      push(passing.filter(metrics), 'others');
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

/** Each output loads its code only now. */
async function openOutput(
  exporter: MetricsExporter,
  settings: MetricsSettings,
  region: string | undefined,
  parts: Parts,
): Promise<MetricsOutput> {
  switch (exporter) {
    case 'otlp':
      return openOtlpMetrics(settings.temporality, { settings: settings.otlp }, parts);
    case 'cloudwatch': {
      const { cloudWatchOtlp } = await import('../aws/cloudwatch-otlp.ts');
      const { otlp, cloudWatchUrl, temporality } = settings;
      const to = cloudWatchOtlp({ signal: 'metrics', region, endpoint: cloudWatchUrl?.href, otlp });
      return openOtlpMetrics(temporality, to, parts);
    }
    case 'emf': {
      const { openEmfMetrics } = await import('../outputs/emf-metrics.ts');
      return openEmfMetrics(settings.emfNamespace, parts);
    }
    case 'statsd':
    case 'dogstatsd': {
      const { openStatsdMetrics } = await import('../outputs/statsd-metrics.ts');
      return openStatsdMetrics(exporter, settings.statsd, parts);
    }
  }
}
