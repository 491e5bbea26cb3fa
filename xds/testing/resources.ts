import { create, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Resource, Snapshot, TypeUrl } from '../types.ts';
import { contentVersion } from '../wire/version.ts';

/** Makes a resource whose bytes are `name=content`, for tests that do not decode it. */
export function makeResource(typeUrl: TypeUrl, name: string, content: string): Resource {
  const any = toBinary(AnySchema, create(AnySchema, { typeUrl, value: Buffer.from(`${name}=${content}`) }));
  return { name, version: contentVersion(any), any };
}

/** Makes a snapshot from names and contents by type. For tests. */
export function makeSnapshot(types: Readonly<Record<TypeUrl, Readonly<Record<string, string>>>>): Snapshot {
  return new Map(
    Object.entries(types).map(([typeUrl, contents]) => {
      const resources = Object.entries(contents).map(
        ([name, content]) => [name, makeResource(typeUrl, name, content)] as const,
      );
      return [typeUrl, { resources: new Map(resources) }];
    }),
  );
}
