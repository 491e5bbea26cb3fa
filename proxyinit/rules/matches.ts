import type { Cidr, Family } from '../../common/addresses/ip-range.ts';

/** Returns the addresses of one family, in order. */
export function ofFamily(addresses: readonly Cidr[], family: Family): readonly Cidr[] {
  return addresses.filter((address) => address.family === family);
}

/**
 * Returns the addresses to which rules are limited: `[undefined]`, any address, if the list is empty; an empty list if all listed
 * addresses are of the other family.
 */
export function among(addresses: readonly Cidr[], family: Family): readonly (Cidr | undefined)[] {
  return addresses.length === 0 ? [undefined] : ofFamily(addresses, family);
}

/** Returns the match of a destination; undefined for the range of all addresses, as in `iptables-save`. */
export function destination(range: Cidr): string | undefined {
  return range.prefix === 0 ? undefined : `-d ${range.address}/${range.prefix}`;
}

/** Returns the match of a source; undefined for the range of all addresses. */
export function source(range: Cidr): string | undefined {
  return range.prefix === 0 ? undefined : `-s ${range.address}/${range.prefix}`;
}
