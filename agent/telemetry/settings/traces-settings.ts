import { boolean, integer, type Reader } from '../../../common/settings.ts';
import { readAwsEndpoint } from './aws-endpoint.ts';
import { FOREIGN_WORDS } from './foreign-words.ts';
import { httpUrl } from './http-url.ts';
import { exporterList } from './metrics-settings.ts';
import { hasOtlpEndpoint, readOtlp, type OtlpSettings } from './otlp-settings.ts';
import { readSampler, type Sampler } from './sampler-settings.ts';

/** The outputs of traces. */
const TRACES_EXPORTERS = ['otlp', 'cloudwatch', 'xray', 'xray-daemon', 'zipkin'] as const;

/** An output of traces. */
export type TracesExporter = (typeof TRACES_EXPORTERS)[number];

/** Settings of the traces that the agent sends. */
export type TracesSettings = {
  readonly exporters: readonly TracesExporter[];
  readonly otlp: OtlpSettings;
  readonly zipkin: { readonly url: URL; readonly timeoutMs: number };
  /** A URL that replaces AWS's own. */
  readonly xrayEndpoint: string | undefined;
  readonly sampler: Sampler;
  /** Whether traces with a failed request are kept although the sampler did not choose them. */
  readonly keepsFailed: boolean;
};

const ZIPKIN = new URL('http://127.0.0.1:9411/api/v2/spans');
const ZIPKIN_TIMEOUT_MS = 10_000;

/** Reads the settings of traces. Without a list of exporters, an endpoint for OTLP turns OTLP on. */
export function readTraces(read: Reader): TracesSettings {
  const usual = hasOtlpEndpoint(read, 'traces') ? (['otlp'] as const) : [];
  const exporters = read(
    'OTEL_TRACES_EXPORTER',
    exporterList(TRACES_EXPORTERS, FOREIGN_WORDS.OTEL_TRACES_EXPORTER),
    usual,
  );
  const sampler = readSampler(read);
  const callsAws =
    exporters.some((each) => each === 'xray' || each === 'cloudwatch') || sampler.kind === 'xray';
  return {
    exporters,
    otlp: readOtlp(read, 'traces'),
    zipkin: {
      url: read('OTEL_EXPORTER_ZIPKIN_ENDPOINT', httpUrl, ZIPKIN),
      timeoutMs: read('OTEL_EXPORTER_ZIPKIN_TIMEOUT', integer(1, 600_000), ZIPKIN_TIMEOUT_MS),
    },
    xrayEndpoint: readAwsEndpoint(read, 'AWS_ENDPOINT_URL_XRAY', callsAws)?.href,
    sampler,
    keepsFailed: read('DAYBREAK_TRACES_KEEP_FAILED', boolean, false),
  };
}
