import { create } from '@bufbuild/protobuf';
import { ExportTraceServiceRequestSchema } from '../otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts';
import type { ResourceSpans } from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { createOtlpOutput, type OtlpOutputOptions } from '../otlp/otlp-output.ts';
import type { Parts } from '../parts.ts';
import type { Segment } from '../xray/segment.ts';
import { createBatch } from './batch.ts';
import { segmentsToResources } from './segments-to-resource.ts';
import { BATCH_MS, countSpans, MOST_SPANS, type TraceOutput } from './trace-output.ts';

/** Opens OTLP. Spans of OTLP pass on as they came; segments are gathered, and converted together. */
export async function openOtlpTraces(
  to: Pick<OtlpOutputOptions, 'settings' | 'name' | 'complete'>,
  parts: Parts,
): Promise<TraceOutput> {
  const { mostBytes, onState, resource, scope, log } = parts;
  const output = await createOtlpOutput('traces', { ...to, mostBytes, onState, log });
  const push = (resourceSpans: readonly ResourceSpans[]): void => {
    const request = create(ExportTraceServiceRequestSchema, { resourceSpans: [...resourceSpans] });
    output.push(request, countSpans(resourceSpans));
  };
  const gathered = createBatch<Segment>({
    most: MOST_SPANS,
    sizeOf: ({ document }) => document.length,
    afterMs: BATCH_MS,
    pass: (segments) => push(segmentsToResources(segments, resource, scope)),
  });
  return {
    spans: push,
    segments: gathered.add,
    status: output.status,
    async close(limitMs) {
      gathered.flush();
      await output.close(limitMs);
    },
  };
}
