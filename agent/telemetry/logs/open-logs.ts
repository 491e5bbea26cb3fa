import { create } from '@bufbuild/protobuf';
import { ExportLogsServiceRequestSchema } from '../otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import type { ResourceLogs } from '../otlp/generated/opentelemetry/proto/logs/v1/logs_pb.ts';
import { createOtlpOutput } from '../otlp/otlp-output.ts';
import type { Parts } from '../parts.ts';
import type { OutputStatus } from '../queue/export-queue.ts';
import type { LogsSettings } from '../settings/logs-settings.ts';
import { completeAccessLog } from './access-log.ts';

/** The log records that pass through the agent. */
export type Logs = {
  /** Takes records of the application. */
  readonly push: (logs: readonly ResourceLogs[]) => void;
  /** Takes records of Envoy's access log, which lack the attributes of the proxy. */
  readonly pushAccessLog: (logs: readonly ResourceLogs[]) => void;
  readonly outputs: readonly { readonly status: () => OutputStatus }[];
  readonly close: (limitMs: number) => Promise<void>;
};

/** Opens the outputs of logs. */
export function openLogs({ exporters, otlp }: LogsSettings, parts: Parts): Logs {
  const { mostBytes, onState, resource } = parts;
  const outputs = exporters.map(() => createOtlpOutput('logs', { settings: otlp, mostBytes, onState }));
  const push = (resourceLogs: readonly ResourceLogs[]): void => {
    const request = create(ExportLogsServiceRequestSchema, { resourceLogs: [...resourceLogs] });
    for (const output of outputs) output.push(request, countRecords(resourceLogs));
  };
  return {
    push,
    pushAccessLog: (logs) => push(completeAccessLog(logs, resource)),
    outputs,
    async close(limitMs) {
      await Promise.all(outputs.map((output) => output.close(limitMs)));
    },
  };
}

function countRecords(logs: readonly ResourceLogs[]): number {
  return logs
    .flatMap(({ scopeLogs }) => scopeLogs)
    .reduce((sum, { logRecords }) => sum + logRecords.length, 0);
}
