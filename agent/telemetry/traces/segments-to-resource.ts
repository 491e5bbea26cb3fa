import { create } from '@bufbuild/protobuf';
import {
  ResourceSchema,
  type Resource,
} from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import {
  ResourceSpansSchema,
  type ResourceSpans,
  type Span,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { segmentToSpans } from '../xray/segment-to-spans.ts';
import type { Segment } from '../xray/segment.ts';
import { attribute } from './attribute.ts';

/**
 * Converts segments to spans with the resource of this proxy. A segment's name is its service: the application's segments arrive on the
 * same socket as Envoy's.
 */
export function segmentsToResources(
  segments: readonly Segment[],
  resource: Resource,
  scope: { readonly name: string; readonly version: string },
): readonly ResourceSpans[] {
  const byService = new Map<string, Span[]>();
  for (const segment of segments) {
    // The sender sends it again when it has ended.
    if (segment.in_progress === true) continue;
    // A subsegment that arrives alone has the name of the service that it calls.
    const service = segment.type === 'subsegment' ? '' : segment.name;
    const spans = byService.get(service) ?? [];
    byService.set(service, spans);
    spans.push(...segmentToSpans(segment));
  }
  return Array.from(byService, ([service, spans]) =>
    create(ResourceSpansSchema, {
      resource: service === '' ? resource : named(resource, service),
      scopeSpans: [{ scope, spans }],
    }),
  );
}

function named({ attributes }: Resource, service: string): Resource {
  const name = attribute('service.name', service);
  const others = attributes.filter(({ key }) => key !== 'service.name');
  return create(ResourceSchema, { attributes: name === undefined ? others : [name, ...others] });
}
