import { cidr as parseCidr } from '../../../common/addresses/ip-range.ts';
import type { Broken } from './rule.ts';

/** Checks a range of addresses, such as `10.0.0.0/8` or `2001:db8::/32`. */
export function cidr(value: string, path: string): readonly Broken[] {
  if (value.includes('/') && 'value' in parseCidr(value)) return [];
  const constraint = 'Member must be a range of IP addresses, such as 10.0.0.0/8 or 2001:db8::/32';
  return [{ rule: 'cidr', path, value, constraint }];
}
