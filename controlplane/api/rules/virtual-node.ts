import type { VirtualNodeSpec } from '../../model/types.ts';
import { memberPath } from '../validation/violation.ts';
import { uniqueListeners } from './listeners.ts';
import type { Broken } from './rule.ts';

/** Checks a virtual node: with listeners, it needs service discovery. */
export function virtualNodeSpec(value: VirtualNodeSpec, path: string): readonly Broken[] {
  const { listeners = [], serviceDiscovery } = value;
  const found = uniqueListeners(listeners, path);
  if (listeners.length === 0 || serviceDiscovery !== undefined) return found;
  const constraint = 'Member must not be null, because the virtual node has listeners';
  const at = memberPath(path, 'serviceDiscovery');
  return [...found, { rule: 'service-discovery', path: at, value: undefined, constraint }];
}
