import type { ResourceSpans } from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { createHttpSender, outcomeOf } from '../otlp/send-http.ts';
import type { Parts } from '../parts.ts';
import { createExportQueue } from '../queue/export-queue.ts';
import type { TracesSettings } from '../settings/traces-settings.ts';
import { createBatch } from './batch.ts';
import { segmentsToResources } from './segments-to-resource.ts';
import { spanToZipkin } from './span-to-zipkin.ts';
import { BATCH_MS, MOST_SPANS, type TraceOutput } from './trace-output.ts';

/** Opens Zipkin: JSON of version 2, by POST to the endpoint. */
export function openZipkinTraces({ zipkin }: TracesSettings, parts: Parts): TraceOutput {
  const { mostBytes, onState, resource, scope } = parts;
  const sender = createHttpSender({ timeoutMs: zipkin.timeoutMs });
  const headers = { 'content-type': 'application/json' };
  const queue = createExportQueue({
    output: `zipkin traces ${zipkin.url.origin}${zipkin.url.pathname}`,
    mostBytes,
    onState,
    send: async ({ bytes }, signal) =>
      outcomeOf(await sender.send({ url: zipkin.url, headers, body: bytes }, signal)),
  });
  const gathered = createBatch<string>({
    most: MOST_SPANS,
    sizeOf: ({ length }) => length,
    afterMs: BATCH_MS,
    pass: (items) => queue.push({ items: items.length, bytes: Buffer.from(`[${items.join(',')}]`) }),
  });
  const spans = (resources: readonly ResourceSpans[]): void => {
    for (const { resource: source, scopeSpans } of resources) {
      for (const { spans: each } of scopeSpans)
        gathered.add(each.map((span) => JSON.stringify(spanToZipkin(span, source))));
    }
  };
  return {
    spans,
    segments: (segments) => spans(segmentsToResources(segments, resource, scope)),
    status: queue.status,
    async close(limitMs) {
      gathered.flush();
      await queue.close(limitMs);
      sender.close();
    },
  };
}
