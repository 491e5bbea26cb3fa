import type { Resource } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';

/**
 * Adds the proxy's attributes to the resource of items that arrived. An existing attribute stays, because the sender knows its own names
 * better.
 */
export function withResource(items: readonly { resource?: Resource | undefined }[], own: Resource): void {
  for (const item of items) {
    if (item.resource === undefined) {
      item.resource = own;
      continue;
    }
    const { attributes } = item.resource;
    const there = new Set(attributes.map(({ key }) => key));
    attributes.push(...own.attributes.filter(({ key }) => !there.has(key)));
  }
}
