/** The addresses of one lab: 198.18.N.0/24, from the block reserved for benchmarks of networks (RFC 2544), and fd98:18:N::/64. */
export type Subnet = { readonly number: number };

/** The host numbers: the test process 1, hosts 2 to 253, the switch (the default gateway, without a route out) 254. */
export const OURS = 1;
export const FIRST_HOST = 2;
export const LAST_HOST = 253;
export const SWITCH = 254;

/** The number of labs that can be open at once on one machine: the subnets 1 to 255. */
export const SUBNETS = 255;

/** Returns `198.18.N.host`. */
export function address(subnet: Subnet, host: number): string {
  return `198.18.${subnet.number}.${host}`;
}

/** Returns `fd98:18:N::host`, both in hexadecimal. */
export function address6(subnet: Subnet, host: number): string {
  return `fd98:18:${subnet.number.toString(16)}::${host.toString(16)}`;
}
