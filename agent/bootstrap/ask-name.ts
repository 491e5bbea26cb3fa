import { isIP } from 'node:net';

/** Resolves a name into its addresses. Rejects if there is none. */
export type AskName = (name: string) => Promise<{ readonly addresses: readonly string[] }>;

/** Returns the address that Envoy is to send to. IPv4 first: most daemons bind 0.0.0.0. */
export function preferred(addresses: readonly string[]): string | undefined {
  return addresses.find((each) => isIP(each) === 4) ?? addresses[0];
}
