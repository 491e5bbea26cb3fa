import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  ResourceSpansSchema,
  type ResourceSpans,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { attribute } from './attribute.ts';
import { keepFailed } from './keep-failed.ts';
import { countSpans } from './trace-output.ts';

const TRACES = 300;

test('spans of many traces leave together, with the resource and scope of a request once', () => {
  const passed: (readonly ResourceSpans[])[] = [];
  const kept = keepFailed({ spans: (spans) => passed.push(spans), segments: () => undefined }, () => 1);
  const spans = Array.from({ length: TRACES }, (_, at) => ({
    traceId: Buffer.from(at.toString(16).padStart(32, '0'), 'hex'),
    spanId: Buffer.from(at.toString(16).padStart(16, '0'), 'hex'),
  }));
  const attributes = [attribute('service.name', 'white')].flatMap((each) => each ?? []);
  const scopeSpans = [{ scope: { name: 'envoy' }, spans }];
  kept.spans([create(ResourceSpansSchema, { resource: { attributes }, scopeSpans })]);
  kept.flush();
  expect(passed).toHaveLength(1);
  expect(passed[0]).toHaveLength(1);
  expect(passed[0]?.[0]?.scopeSpans).toHaveLength(1);
  expect(countSpans(passed.flat())).toBe(TRACES);
});
