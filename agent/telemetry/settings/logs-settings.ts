import type { Reader } from '../../../common/settings.ts';
import { readAwsEndpoint } from './aws-endpoint.ts';
import { FOREIGN_WORDS } from './foreign-words.ts';
import { exporterList } from './metrics-settings.ts';
import { readOtlp, type OtlpSettings } from './otlp-settings.ts';

/** The outputs of logs. */
const LOGS_EXPORTERS = ['otlp', 'cloudwatch'] as const;

/** Settings of the logs that the agent sends: Envoy's access log, and records of the application. */
export type LogsSettings = {
  readonly exporters: readonly (typeof LOGS_EXPORTERS)[number][];
  /** Its headers name CloudWatch's log group and stream: `x-aws-log-group`, `x-aws-log-stream`. */
  readonly otlp: OtlpSettings;
  /** A URL that replaces AWS's own. */
  readonly cloudWatchEndpoint: string | undefined;
};

/**
 * Reads the settings of logs. An endpoint alone turns no output on: the access log is on stdout already, and a record per request costs
 * money.
 */
export function readLogs(read: Reader): LogsSettings {
  const known = exporterList(LOGS_EXPORTERS, FOREIGN_WORDS.OTEL_LOGS_EXPORTER);
  const exporters: LogsSettings['exporters'] = read('OTEL_LOGS_EXPORTER', known, []);
  const isUsed = exporters.includes('cloudwatch');
  return {
    exporters,
    otlp: readOtlp(read, 'logs'),
    cloudWatchEndpoint: readAwsEndpoint(read, 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', isUsed)?.href,
  };
}
