import { integer, list, oneOf, type Parser, type Reader } from '../../../common/settings.ts';
import { hasOtlpEndpoint, readOtlp, type OtlpSettings } from './otlp-settings.ts';

/** Where metrics go. */
export const METRICS_EXPORTERS = ['otlp'] as const;

/** An output of metrics. */
export type MetricsExporter = (typeof METRICS_EXPORTERS)[number];

/** Settings of the metrics that the agent sends. */
export type MetricsSettings = {
  readonly exporters: readonly MetricsExporter[];
  readonly otlp: OtlpSettings;
  /** Time between two exports, in milliseconds. */
  readonly intervalMs: number;
  readonly temporality: 'cumulative' | 'delta';
  /** The most series that the agent keeps. */
  readonly mostSeries: number;
};

/** OpenTelemetry's default, in milliseconds. */
const INTERVAL_MS = 60_000;
const MOST_SERIES = 10_000;

/** Reads the settings of metrics. Without a list of exporters, an endpoint for OTLP asks for OTLP. */
export function readMetrics(read: Reader): MetricsSettings {
  const preference = read(
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    oneOf('cumulative', 'delta', 'lowmemory'),
    'cumulative' as const,
  );
  return {
    exporters: read('OTEL_METRICS_EXPORTER', exporterList(METRICS_EXPORTERS), byEndpoint(read)),
    otlp: readOtlp(read, 'metrics'),
    intervalMs: read('OTEL_METRIC_EXPORT_INTERVAL', integer(100, 3_600_000), INTERVAL_MS),
    // Statistics have no asynchronous counters, the only ones that lowmemory leaves cumulative.
    temporality: preference === 'cumulative' ? 'cumulative' : 'delta',
    mostSeries: read('DAYBREAK_TELEMETRY_SERIES', integer(1, 1_000_000), MOST_SERIES),
  };
}

function byEndpoint(read: Reader): readonly MetricsExporter[] {
  return hasOtlpEndpoint(read, 'metrics') ? ['otlp'] : [];
}

/** Parses a list of exporters, or `none`. */
export function exporterList<E extends string>(exporters: readonly E[]): Parser<readonly E[]> {
  const parse = list(oneOf(...exporters));
  return (value) => {
    if (value === 'none') return { value: [] };
    const parsed = parse(value);
    return 'value' in parsed
      ? { value: [...new Set(parsed.value)] }
      : { wanted: `none, or ${parsed.wanted}` };
  };
}
