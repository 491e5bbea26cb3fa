import { hash } from 'node:crypto';

/** Hexadecimal digits of SHA-256 that a checksum has: 128 bits. They find damage, not whoever forges. */
const DIGITS = 32;

/** A checksum of a text, 32 hexadecimal digits. */
export function checksumOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, DIGITS);
}

/** A value as one line of JSON behind its checksum, for a small file that is read by the same program after a restart. */
export function seal(value: unknown): string {
  const json = JSON.stringify(value);
  return `${checksumOf(json)} ${json}\n`;
}

/**
 * The value that was sealed.
 * @throws Error where the text is not what `seal` wrote
 */
export function unseal(text: string): unknown {
  const [, checksum, json = ''] = /^([0-9a-f]{32}) ([^\n]*)\n$/.exec(text) ?? [];
  if (checksum !== checksumOf(json)) throw new Error('its checksum is not that of its content');
  return JSON.parse(json);
}
