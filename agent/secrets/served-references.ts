import type { Resource } from '../../xds/types.ts';
import { secretReferences, type SecretReference } from './secret-references.ts';

/** Creates a reader of the secret references in resources, memoized per resource. */
export function createReferences() {
  const known = new WeakMap<Resource, readonly SecretReference[]>();
  return {
    of(types: readonly (readonly [string, Iterable<Resource>])[]): readonly SecretReference[] {
      return types.flatMap(([typeUrl, resources]) =>
        Array.from(resources).flatMap((resource) => {
          const found = known.get(resource) ?? secretReferences(typeUrl, resource);
          known.set(resource, found);
          return found;
        }),
      );
    },
  };
}
