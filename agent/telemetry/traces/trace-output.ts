import type { ResourceSpans } from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import type { OutputStatus } from '../queue/export-queue.ts';
import type { Segment } from '../xray/segment.ts';

/** A receiver of traces. Each accepts both forms in which traces arrive, and converts them where necessary. */
export type TraceOutput = {
  readonly spans: (spans: readonly ResourceSpans[]) => void;
  readonly segments: (segments: readonly Segment[]) => void;
  readonly status: () => OutputStatus;
  /** Sends the waiting traces, for at most this time, and ends. */
  readonly close: (limitMs: number) => Promise<void>;
};

/** The longest that a span waits for others, in milliseconds. */
export const BATCH_MS = 1000;
/** The most spans in a request, as in OpenTelemetry's SDKs (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`). */
export const MOST_SPANS = 512;

/** Returns how many spans there are. */
export function countSpans(spans: readonly ResourceSpans[]): number {
  return spans.reduce(
    (sum, { scopeSpans }) => sum + scopeSpans.reduce((inner, { spans: each }) => inner + each.length, 0),
    0,
  );
}
