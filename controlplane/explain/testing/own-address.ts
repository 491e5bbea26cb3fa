import { randomInt } from 'node:crypto';

/** Returns a loopback address that no other test uses, so that each test may use any port. */
export function ownAddress(): string {
  return `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
}
