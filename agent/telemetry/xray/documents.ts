import type { ResourceSpans } from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { spanToSegment } from './span-to-segment.ts';

/** Returns the segment documents of spans. */
export function documentsOf(resources: readonly ResourceSpans[]): readonly string[] {
  return resources.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => spanToSegment(span, resource))),
  );
}
