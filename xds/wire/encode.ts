import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import type { Resource, Snapshot, TypeResources, TypeUrl } from '../types.ts';
import { contentVersion } from './version.ts';

/** A resource with its type, the input of `snapshotOf`. */
export type TypedResource = Resource & { readonly typeUrl: TypeUrl };

/** Encodes a resource. Its version defaults to the hash of its content. */
export function encodeResource<D extends DescMessage>(
  schema: D,
  name: string,
  content: MessageInitShape<D>,
  { version, ttlMs }: { readonly version?: string; readonly ttlMs?: number } = {},
): TypedResource {
  const any = toBinary(AnySchema, anyPack(schema, create(schema, content)));
  const resource = { name, version: version ?? contentVersion(any), any };
  const typeUrl = `type.googleapis.com/${schema.typeName}`;
  return ttlMs === undefined ? { ...resource, typeUrl } : { ...resource, typeUrl, ttlMs };
}

/** Makes a snapshot of resources. `types`: types that the snapshot has even without resources. */
export function snapshotOf(resources: readonly TypedResource[], types: readonly TypeUrl[] = []): Snapshot {
  const byType = new Map<TypeUrl, Map<string, Resource>>(types.map((typeUrl) => [typeUrl, new Map()]));
  for (const { typeUrl, ...resource } of resources) {
    const ofType = byType.get(typeUrl) ?? new Map<string, Resource>();
    byType.set(typeUrl, ofType.set(resource.name, resource));
  }
  return new Map(
    Array.from(byType, ([typeUrl, ofType]): [TypeUrl, TypeResources] => [typeUrl, { resources: ofType }]),
  );
}
