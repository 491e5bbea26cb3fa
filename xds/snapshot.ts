import type { Snapshot, TypeResources, TypeUrl } from './types.ts';

/**
 * Returns the next snapshot, with the previous snapshot's object for each type whose resources are the same. Identity then shows
 * which streams already have a type's resources. If nothing differs, returns the previous snapshot itself.
 */
export function shareUnchanged(before: Snapshot | undefined, next: Snapshot): Snapshot {
  if (before === undefined) return next;
  let isSame = before.size === next.size;
  const shared = new Map<TypeUrl, TypeResources>();
  for (const [typeUrl, type] of next) {
    const old = before.get(typeUrl);
    const kept = old !== undefined && (old === type || isEqual(old, type)) ? old : type;
    isSame &&= kept === old;
    shared.set(typeUrl, kept);
  }
  return isSame ? before : shared;
}

function isEqual(a: TypeResources, b: TypeResources): boolean {
  return a.version === b.version && holdSame(a.resources, b.resources) && holdSame(a.unknown, b.unknown);
}

const NONE: ReadonlyMap<string, undefined> = new Map();

function holdSame(a: TypeResources['unknown'] = NONE, b: TypeResources['unknown'] = NONE): boolean {
  if (a.size !== b.size) return false;
  for (const [name, resource] of b) {
    const old = a.get(name);
    if (!a.has(name) || old?.version !== resource?.version || old?.ttlMs !== resource?.ttlMs) return false;
  }
  return true;
}
