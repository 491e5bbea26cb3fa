import type { Reader } from '../../../common/settings.ts';
import { exporterList } from './metrics-settings.ts';
import { readOtlp, type OtlpSettings } from './otlp-settings.ts';

/** Where logs go. */
export const LOGS_EXPORTERS = ['otlp'] as const;

/** Settings of the logs that the agent sends: Envoy's access log, and records of the application. */
export type LogsSettings = {
  readonly exporters: readonly (typeof LOGS_EXPORTERS)[number][];
  readonly otlp: OtlpSettings;
};

/** Reads the settings of logs. An endpoint alone asks for nothing: the access log is on stdout already, and a record a request costs. */
export function readLogs(read: Reader): LogsSettings {
  return {
    exporters: read('OTEL_LOGS_EXPORTER', exporterList(LOGS_EXPORTERS), []),
    otlp: readOtlp(read, 'logs'),
  };
}
