/** The addresses of one lab: 198.18.N.0/24, from the block set aside for tests between networks (RFC 2544), and fd98:18:N::/64. */
export type Subnet = { readonly number: number };

/** Who has which address: the test process 1, hosts 2 to 253, the switch (the way to everywhere else, which is nowhere) 254. */
export const OURS = 1;
export const FIRST_HOST = 2;
export const LAST_HOST = 253;
export const SWITCH = 254;

/** Labs that can be open at once on one machine: the subnets 1 to 255. */
export const SUBNETS = 255;

/** `198.18.N.host` */
export function address(subnet: Subnet, host: number): string {
  return `198.18.${subnet.number}.${host}`;
}

/** `fd98:18:N::host`, both in hexadecimal. */
export function address6(subnet: Subnet, host: number): string {
  return `fd98:18:${subnet.number.toString(16)}::${host.toString(16)}`;
}
