import { hash } from 'node:crypto';
import { create, toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Resource, TypeResources } from '../../xds/types.ts';

/** One resource in the form in which it travels. Its version is a hash of its content, so equal content is equal bytes. */
export function encode<D extends DescMessage>(schema: D, name: string, message: MessageShape<D>): Resource {
  return encodeBytes(schema, name, toBinary(schema, message));
}

/** The same for a message that is encoded already. */
export function encodeBytes(schema: DescMessage, name: string, value: Uint8Array): Resource {
  const any = toBinary(
    AnySchema,
    create(AnySchema, { typeUrl: `type.googleapis.com/${schema.typeName}`, value }),
  );
  return { name, version: hash('sha256', any, 'hex').slice(0, 16), any };
}

/** All resources of one type, by name and sorted by it. */
export function typeResources(resources: readonly Resource[]): TypeResources {
  const sorted = resources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { resources: new Map(sorted.map((resource) => [resource.name, resource])) };
}
