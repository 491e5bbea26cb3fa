import { hash } from 'node:crypto';

/** Hexadecimal digits of a checksum: 128 bits of SHA-256. It detects damage, not forgery. */
const DIGITS = 32;

/** Returns the checksum of a text, 32 hexadecimal digits. */
export function checksumOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, DIGITS);
}

/** Serializes a value as its checksum and one line of JSON, for a small file that the same program reads after a restart. */
export function seal(value: unknown): string {
  const json = JSON.stringify(value);
  return `${checksumOf(json)} ${json}\n`;
}

/**
 * Returns the sealed value.
 * @throws Error if the text is not the output of `seal`
 */
export function unseal(text: string): unknown {
  const [, checksum, json = ''] = /^([0-9a-f]{32}) ([^\n]*)\n$/.exec(text) ?? [];
  if (checksum !== checksumOf(json)) throw new Error('the checksum does not match the content');
  return JSON.parse(json);
}
