import { integer, list, oneOf, port, type Parser, type Reader } from '../../../common/settings.ts';
import { host } from '../../settings/parsers/parsers.ts';
import { readAwsEndpoint } from './aws-endpoint.ts';
import { FOREIGN_WORDS } from './foreign-words.ts';
import { hasOtlpEndpoint, readOtlp, type OtlpSettings } from './otlp-settings.ts';

/** The outputs of metrics. */
const METRICS_EXPORTERS = ['otlp', 'cloudwatch', 'emf', 'statsd', 'dogstatsd'] as const;

/** An output of metrics. */
export type MetricsExporter = (typeof METRICS_EXPORTERS)[number];

/** Settings of the metrics that the agent sends. */
export type MetricsSettings = {
  readonly exporters: readonly MetricsExporter[];
  readonly otlp: OtlpSettings;
  /** Time between two exports, in milliseconds. */
  readonly intervalMs: number;
  readonly temporality: 'cumulative' | 'delta';
  /** Replaces the endpoint of CloudWatch in the region. */
  readonly cloudWatchUrl: URL | undefined;
  readonly emfNamespace: string;
  readonly statsd: StatsdAddress;
  /** The most series that the agent keeps. */
  readonly mostSeries: number;
};

/** The address of a daemon for StatsD: a name or an IP address, and a port. */
export type StatsdAddress = { readonly host: string; readonly port: number };

/** OpenTelemetry's default, in milliseconds. */
const INTERVAL_MS = 60_000;
const MOST_SERIES = 10_000;

/** Reads the settings of metrics. Without a list of exporters, an endpoint for OTLP turns OTLP on. */
export function readMetrics(read: Reader): MetricsSettings {
  const preference = read(
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    oneOf('cumulative', 'delta', 'lowmemory'),
    'cumulative' as const,
  );
  const known = exporterList(METRICS_EXPORTERS, FOREIGN_WORDS.OTEL_METRICS_EXPORTER);
  const exporters = read('OTEL_METRICS_EXPORTER', known, byEndpoint(read));
  return {
    exporters,
    otlp: readOtlp(read, 'metrics'),
    intervalMs: read('OTEL_METRIC_EXPORT_INTERVAL', integer(100, 3_600_000), INTERVAL_MS),
    // Statistics have no asynchronous counters, the only ones that lowmemory leaves cumulative.
    temporality: preference === 'cumulative' ? 'cumulative' : 'delta',
    cloudWatchUrl: readAwsEndpoint(read, 'AWS_ENDPOINT_URL_CLOUDWATCH', exporters.includes('cloudwatch')),
    emfNamespace: read('DAYBREAK_EMF_NAMESPACE', namespace, 'Daybreak'),
    statsd: readStatsdAddress(read, exporters),
    mostSeries: read('DAYBREAK_TELEMETRY_SERIES', integer(1, 1_000_000), MOST_SERIES),
  };
}

/** Reads App Mesh's variables of the daemon, which have no effect without an output for it. */
function readStatsdAddress(read: Reader, exporters: readonly MetricsExporter[]): StatsdAddress {
  const isUsed = exporters.includes('statsd') || exporters.includes('dogstatsd');
  const only = <T>(parse: Parser<T>, fallback: T): Parser<T> =>
    isUsed ? parse : () => ({ value: fallback });
  return {
    host: read('STATSD_ADDRESS', only(host, '127.0.0.1'), '127.0.0.1'),
    port: read('STATSD_PORT', only(port, 8125), 8125),
  };
}

/** CloudWatch's rules for a namespace. */
const namespace: Parser<string> = (value) =>
  /^[\w./#:-]{1,255}$/.test(value) && !value.startsWith('AWS/')
    ? { value }
    : { wanted: 'up to 255 letters, digits and ./-_#:, not beginning with AWS/' };

function byEndpoint(read: Reader): readonly MetricsExporter[] {
  return hasOtlpEndpoint(read, 'metrics') ? ['otlp'] : [];
}

/** Parses a list of exporters, or `none`. Exporters of other programs (`foreign`) are left out. */
export function exporterList<E extends string>(
  exporters: readonly E[],
  foreign: readonly string[],
): Parser<readonly E[]> {
  const parse = list(oneOf(...exporters));
  return (value) => {
    const own = value.split(',').filter((each) => !foreign.includes(each.trim().toLowerCase()));
    if (own.length === 0 || value.toLowerCase() === 'none') return { value: [] };
    const parsed = parse(own.join(','));
    return 'value' in parsed
      ? { value: [...new Set(parsed.value)] }
      : { wanted: `none, or ${parsed.wanted}` };
  };
}
