import type { Log } from '../../common/log.ts';
import type { WriteLines } from '../output/write-lines.ts';
import type { Resource } from './otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import type { OutputStatus } from './queue/export-queue.ts';

/** The parts that the signals share. */
export type Parts = {
  readonly resource: Resource;
  /** The instrumentation scope of values that arrive without one. */
  readonly scope: { readonly name: string; readonly version: string };
  /** The size limit of the data that waits for one receiver, in bytes. */
  readonly mostBytes: number;
  /** Called when a receiver stops or starts accepting telemetry. */
  readonly onState: (state: 'ok' | 'failing', status: OutputStatus) => void;
  /** Writes lines to stdout, or to the log file. */
  readonly writeLines: WriteLines;
  readonly log: Log;
};
