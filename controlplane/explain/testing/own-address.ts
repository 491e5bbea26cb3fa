import { randomInt } from 'node:crypto';

/** An address of loopback that no other test has: each may then have the ports that it is about. */
export function ownAddress(): string {
  return `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
}
