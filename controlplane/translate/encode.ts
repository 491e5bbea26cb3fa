import { compareText } from '../../common/compare-text.ts';
import { toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Resource, TypeResources } from '../../xds/types.ts';
import { contentVersion } from '../../xds/wire/version.ts';
import { bytesFieldOf, concatenate, stringField } from '../../xds/wire/wire-fields.ts';

/** Encodes one resource for the wire. Its version is a hash of its content. */
export function encode<D extends DescMessage>(schema: D, name: string, message: MessageShape<D>): Resource {
  return encodeFields(schema, name, [toBinary(schema, message)]);
}

/** Does the same for a message whose fields are already encoded. */
export function encodeFields(schema: DescMessage, name: string, fields: readonly Uint8Array[]): Resource {
  const message = concatenate([
    stringField(ANY.typeUrl.number, `type.googleapis.com/${schema.typeName}`),
    ...bytesFieldOf(ANY.value.number, fields),
  ]);
  // A copy, because a slice would keep Node's shared buffer pool alive.
  const any = new Uint8Array(message);
  return { name, version: contentVersion(any), any };
}

const ANY = AnySchema.field;

/** Collects the resources of one type, sorted by name; `unknown` is as in xds/. */
export function typeResources(
  resources: readonly Resource[],
  unknown?: TypeResources['unknown'],
): TypeResources {
  const sorted = resources.toSorted((a, b) => compareText(a.name, b.name));
  const known = new Map(sorted.map((resource) => [resource.name, resource]));
  return unknown === undefined || unknown.size === 0 ? { resources: known } : { resources: known, unknown };
}
