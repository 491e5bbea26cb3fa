import { create } from '@bufbuild/protobuf';
import { ExportLogsServiceRequestSchema } from '../otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import type { ResourceLogs } from '../otlp/generated/opentelemetry/proto/logs/v1/logs_pb.ts';
import { createOtlpOutput, type OtlpOutputOptions } from '../otlp/otlp-output.ts';
import { openAll } from '../open-all.ts';
import type { Parts } from '../parts.ts';
import type { OutputStatus } from '../queue/export-queue.ts';
import type { LogsSettings } from '../settings/logs-settings.ts';
import { completeAccessLog } from './access-log.ts';

/** The log records that pass through the agent. */
export type Logs = {
  /** Receives log records of the application. */
  readonly push: (logs: readonly ResourceLogs[]) => void;
  /** Receives records of Envoy's access log, which lack the attributes of the proxy. */
  readonly pushAccessLog: (logs: readonly ResourceLogs[]) => void;
  readonly outputs: readonly { readonly status: () => OutputStatus }[];
  readonly close: (limitMs: number) => Promise<void>;
};

/**
 * Opens the outputs of logs. `region`: where CloudWatch is.
 * @throws Error if an output is CloudWatch and there is no region
 */
export async function openLogs(
  settings: LogsSettings,
  region: string | undefined,
  parts: Parts,
): Promise<Logs> {
  const { mostBytes, onState, resource, log } = parts;
  const outputs = await openAll(settings.exporters, async (exporter) =>
    createOtlpOutput('logs', { ...(await receiverOf(exporter, settings, region)), mostBytes, onState, log }),
  );
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

async function receiverOf(
  exporter: LogsSettings['exporters'][number],
  { otlp, cloudWatchEndpoint: endpoint }: LogsSettings,
  region: string | undefined,
): Promise<Pick<OtlpOutputOptions, 'settings' | 'name' | 'complete'>> {
  if (exporter === 'otlp') return { settings: otlp };
  const { cloudWatchOtlp } = await import('../aws/cloudwatch-otlp.ts');
  return cloudWatchOtlp({ signal: 'logs', region, endpoint, otlp, headers: otlp.headers });
}

function countRecords(logs: readonly ResourceLogs[]): number {
  return logs
    .flatMap(({ scopeLogs }) => scopeLogs)
    .reduce((sum, { logRecords }) => sum + logRecords.length, 0);
}
