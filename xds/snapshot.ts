import type { Snapshot, TypeResources, TypeUrl } from './types.ts';

/**
 * The next snapshot, with the very objects of the one before wherever a type's resources are the same: so that whoever
 * has them already is known by identity. It is the one before itself when nothing differs.
 */
export function shareUnchanged(before: Snapshot | undefined, next: Snapshot): Snapshot {
  if (before === undefined) return next;
  let isSame = before.size === next.size;
  const shared = new Map<TypeUrl, TypeResources>();
  for (const [typeUrl, type] of next) {
    const old = before.get(typeUrl);
    const kept = old !== undefined && isEqual(old, type) ? old : type;
    isSame &&= kept === old;
    shared.set(typeUrl, kept);
  }
  return isSame ? before : shared;
}

function isEqual(a: TypeResources, b: TypeResources): boolean {
  if (a.version !== b.version || a.resources.size !== b.resources.size) return false;
  for (const [name, { version }] of b.resources) if (a.resources.get(name)?.version !== version) return false;
  return true;
}
