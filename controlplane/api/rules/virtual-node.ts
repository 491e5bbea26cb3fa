import { isIP } from 'node:net';
import type { VirtualNodeSpec } from '../../model/types.ts';
import { memberPath, type Violation } from '../violation.ts';
import { uniqueListeners } from './listeners.ts';

/** A virtual node: one that listens can be found. */
export function virtualNodeSpec(value: VirtualNodeSpec, path: string): readonly Violation[] {
  const { listeners = [], serviceDiscovery } = value;
  const found = [...uniqueListeners(listeners, path)];
  if (listeners.length > 0 && serviceDiscovery === undefined) {
    const constraint = 'Member must not be null, because the virtual node has listeners';
    found.push({ path: memberPath(path, 'serviceDiscovery'), value: undefined, constraint });
  }
  return found;
}

/** The name or address that a virtual node is found by: 1 to 253 characters, no port. */
export function dnsHostname(value: string, path: string): readonly Violation[] {
  if (/^[^\s/:*@]{1,253}$/u.test(value) || isIP(value) !== 0) return [];
  return [
    {
      path,
      value,
      constraint: 'Member must be a host name of 1 to 253 characters, or an address, without a port',
    },
  ];
}

/** A file that Envoy is to open: no file system takes a longer name, and Envoy refuses the whole listener then. */
export function filePath(value: string, path: string): readonly Violation[] {
  if (value.split('/').every((name) => Buffer.byteLength(name) <= 255)) return [];
  return [{ path, value, constraint: 'Member must not have a name of more than 255 bytes between two /' }];
}

/** Text of `min` to `max` characters, where the model sets no bounds. */
export function text(min: number, max: number) {
  return (value: string, path: string): readonly Violation[] => {
    const length = Array.from(value).length;
    if (length < min)
      return [{ path, value, constraint: `Member must have length greater than or equal to ${min}` }];
    if (length > max)
      return [{ path, value, constraint: `Member must have length less than or equal to ${max}` }];
    return [];
  };
}
