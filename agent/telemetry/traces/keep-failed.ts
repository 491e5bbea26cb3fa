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
import { createBatch } from './batch.ts';
import { createTail } from './tail.ts';
import { spanSize } from './span-size.ts';
import { BATCH_MS, MOST_SPANS } from './trace-output.ts';

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

/** Passes on the traces with a failed request, and this part of the others. Spans of several traces leave together. */
export function keepFailed(sink: TraceSink, ratio: () => number): TraceSink & { readonly flush: () => void } {
  const chosen = createBatch<Placed>({
    most: MOST_SPANS,
    sizeOf: ({ span }) => spanSize(span),
    afterMs: BATCH_MS,
    pass: (placed) => sink.spans(together(placed)),
  });
  const spans = createTail<Placed>({ ratio, pass: chosen.add });
  const segments = createTail<Segment>({ ratio, pass: sink.segments });
  return {
    spans: (resources) => spans.add(resources.flatMap(items)),
    segments: (all) =>
      segments.add(
        all.map((segment) => ({
          trace: segment.traceId.replaceAll('-', '').slice(1),
          isFailed: segment.fault === true,
          bytes: segment.document.length,
          value: segment,
        })),
      ),
    flush() {
      spans.flush();
      chosen.flush();
      segments.flush();
    },
  };
}

function items({ resource, scopeSpans }: ResourceSpans) {
  return scopeSpans.flatMap(({ scope, spans }) =>
    spans.map((span) => ({
      trace: Buffer.from(span.traceId).toString('hex'),
      isFailed: span.status?.code === Code.ERROR,
      bytes: spanSize(span),
      value: { resource, scope, span },
    })),
  );
}

/** Groups spans by resource and scope, so that the result has each of these once. */
function together(placed: readonly Placed[]): readonly ResourceSpans[] {
  return Array.from(
    Map.groupBy(placed, ({ resource }) => resource),
    ([resource, ofResource]) =>
      create(ResourceSpansSchema, {
        ...(resource === undefined ? {} : { resource }),
        scopeSpans: Array.from(
          Map.groupBy(ofResource, ({ scope }) => scope),
          ([scope, ofScope]) => ({
            ...(scope === undefined ? {} : { scope }),
            spans: ofScope.map(({ span }) => span),
          }),
        ),
      }),
  );
}
