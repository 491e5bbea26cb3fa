import { hash } from 'node:crypto';
import type { Resource, TypeResources } from '../types.ts';

/** Returns the version of a resource's content: 16 hexadecimal digits of its SHA-256. The same bytes always have the same version. */
export function contentVersion(any: Uint8Array): string {
  return shortHash(any);
}

/** Returns the version of a set of resources: a hash of its (name, version) pairs, independent of their order. */
export function setVersion(resources: Iterable<Resource>): string {
  const pairs = Array.from(resources, ({ name, version }) => `${name}\0${version}`).sort();
  return shortHash(pairs.join('\n'));
}

const wholeVersions = new WeakMap<TypeResources, string>();

/** Returns the version of all resources of one type in a snapshot, computed once. */
export function typeVersion(type: TypeResources): string {
  if (type.version !== undefined) return type.version;
  let version = wholeVersions.get(type);
  if (version === undefined) {
    version = setVersion(type.resources.values());
    wholeVersions.set(type, version);
  }
  return version;
}

function shortHash(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex').slice(0, 16);
}
