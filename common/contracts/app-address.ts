import { isIP } from 'node:net';

/**
 * Returns whether an agent may announce this text as its application's address: one IP address, not a wildcard, and without a zone,
 * which Envoy does not accept.
 */
export function isAppAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && !/^[0:.]+$/.test(text);
}
