import { compareText } from '../../common/compare-text.ts';
import { toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Resource, TypeResources } from '../../xds/types.ts';
import { contentVersion } from '../../xds/wire/version.ts';
import { bytesFieldOf, concatenate, stringField } from '../../xds/wire/wire-fields.ts';

/** One resource in the form in which it travels. Its version is a hash of its content, so equal content is equal bytes. */
export function encode<D extends DescMessage>(schema: D, name: string, message: MessageShape<D>): Resource {
  return encodeFields(schema, name, [toBinary(schema, message)]);
}

/** The same for a message whose fields are encoded already. */
export function encodeFields(schema: DescMessage, name: string, fields: readonly Uint8Array[]): Resource {
  const message = concatenate([
    stringField(ANY.typeUrl.number, `type.googleapis.com/${schema.typeName}`),
    ...bytesFieldOf(ANY.value.number, fields),
  ]);
  // Copied out of the pool that small buffers share, which it would keep from being freed.
  const any = new Uint8Array(message);
  return { name, version: contentVersion(any), any };
}

const ANY = AnySchema.field;

/** All resources of one type, by name and sorted by it; `unknown` is as in xds/. */
export function typeResources(
  resources: readonly Resource[],
  unknown?: TypeResources['unknown'],
): TypeResources {
  const sorted = resources.toSorted((a, b) => compareText(a.name, b.name));
  const known = new Map(sorted.map((resource) => [resource.name, resource]));
  return unknown === undefined || unknown.size === 0 ? { resources: known } : { resources: known, unknown };
}
