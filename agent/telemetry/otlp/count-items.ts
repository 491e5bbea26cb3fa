import type { InputStatus } from '../input-status.ts';
import { countPoints } from '../metrics/count-points.ts';
import type { OtlpReceivers } from './receivers.ts';

/** Receivers that count, and their counts. */
export type CountedReceivers = {
  readonly receivers: OtlpReceivers;
  /** Counts a request that could not be read. */
  readonly invalid: () => void;
  /** Returns the counts under the name of an input. */
  readonly status: (input: string) => InputStatus;
};

/** Counts the data points, spans and log records that receivers get. */
export function countItems({ metrics, traces, logs }: OtlpReceivers): CountedReceivers {
  let received = 0;
  let invalid = 0;
  return {
    receivers: {
      ...(metrics && {
        metrics(request) {
          received += countPoints(request.resourceMetrics);
          metrics(request);
        },
      }),
      ...(traces && {
        traces(request) {
          for (const { scopeSpans } of request.resourceSpans) {
            for (const { spans } of scopeSpans) received += spans.length;
          }
          traces(request);
        },
      }),
      ...(logs && {
        logs(request) {
          for (const { scopeLogs } of request.resourceLogs) {
            for (const { logRecords } of scopeLogs) received += logRecords.length;
          }
          logs(request);
        },
      }),
    },
    invalid: () => void (invalid += 1),
    status: (input) => ({ input, state: 'listening', received, invalid, kernelDropped: undefined }),
  };
}
