import { create } from '@bufbuild/protobuf';
import type { Resource } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import {
  ResourceSpansSchema,
  Status_StatusCode as Code,
  type ResourceSpans,
  type ScopeSpans,
  type Span,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import type { Segment } from '../xray/segment.ts';
import { createTail } from './tail.ts';

/** A receiver of traces in both forms. */
export type TraceSink = {
  readonly spans: (spans: readonly ResourceSpans[]) => void;
  readonly segments: (segments: readonly Segment[]) => void;
};

type Placed = {
  readonly resource: Resource | undefined;
  readonly scope: ScopeSpans['scope'];
  readonly span: Span;
};

/** Passes on the traces with a failed request, and this part of the others. */
export function keepFailed(sink: TraceSink, ratio: () => number): TraceSink & { readonly flush: () => void } {
  const spans = createTail<Placed>({ ratio, pass: (placed) => sink.spans(placed.map(alone)) });
  const segments = createTail<Segment>({ ratio, pass: sink.segments });
  return {
    spans: (resources) => spans.add(resources.flatMap(items)),
    segments: (all) =>
      segments.add(
        all.map((segment) => ({
          trace: segment.traceId.replaceAll('-', '').slice(1),
          isFailed: segment.fault === true,
          value: segment,
        })),
      ),
    flush() {
      spans.flush();
      segments.flush();
    },
  };
}

function items({ resource, scopeSpans }: ResourceSpans) {
  return scopeSpans.flatMap(({ scope, spans }) =>
    spans.map((span) => ({
      trace: Buffer.from(span.traceId).toString('hex'),
      isFailed: span.status?.code === Code.ERROR,
      value: { resource, scope, span },
    })),
  );
}

function alone({ resource, scope, span }: Placed): ResourceSpans {
  return create(ResourceSpansSchema, {
    ...(resource === undefined ? {} : { resource }),
    scopeSpans: [{ ...(scope === undefined ? {} : { scope }), spans: [span] }],
  });
}
