import type { Cidr, Family } from '../../common/ip-range.ts';

/** The addresses of one family, in their order. */
export function ofFamily(addresses: readonly Cidr[], family: Family): readonly Cidr[] {
  return addresses.filter((address) => address.family === family);
}

/**
 * The addresses that a rule is to be limited to: one `undefined`, which is any address, where the list is empty; nothing
 * where all that are listed are of the other family.
 */
export function among(addresses: readonly Cidr[], family: Family): readonly (Cidr | undefined)[] {
  return addresses.length === 0 ? [undefined] : ofFamily(addresses, family);
}

/** The match of a destination. A range of everything is left out, as `iptables-save` leaves it out. */
export function destination(range: Cidr): string | undefined {
  return range.prefix === 0 ? undefined : `-d ${range.address}/${range.prefix}`;
}

/** The match of a source. */
export function source(range: Cidr): string | undefined {
  return range.prefix === 0 ? undefined : `-s ${range.address}/${range.prefix}`;
}
