import { isIP } from 'node:net';

/**
 * Whether an agent may announce this text as the address that its application listens on: one IP address, not a wildcard,
 * and without a zone, which Envoy does not take.
 */
export function isAppAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && !/^[0:.]+$/.test(text);
}
