import { isIP } from 'node:net';
import type { Parser } from '../../../common/settings.ts';

/** Parses an absolute path. */
export const path: Parser<string> = (value) =>
  value.startsWith('/') && !value.includes('\0') ? { value } : { wanted: 'an absolute path' };

/** Parses the absolute path of a unix socket, at most 107 bytes (unix(7)). */
export const socketPath: Parser<string> = (value) =>
  'value' in path(value) && Buffer.byteLength(value) <= 107
    ? { value }
    : { wanted: 'an absolute path of at most 107 bytes' };

/** Parses an IP address. An IPv6 address may be in brackets. */
export const address: Parser<string> = (value) => {
  const bare = value.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) !== 0 && !bare.includes('%') ? { value: bare } : { wanted: 'an IPv4 or IPv6 address' };
};

/** Parses the name of a host, or an IP address as `address` does. */
export const host: Parser<string> = (value) => {
  const parsed = address(value);
  if ('value' in parsed) return parsed;
  return value.length <= 253 && HOST_NAME.test(value)
    ? { value }
    : { wanted: 'an IP address or the name of a host' };
};

/** A host name. The last label has a character that is not a digit, so that a mistyped address does not count as a name. */
const HOST_NAME = /^(?:[\w-]+\.)*[\w-]*[A-Za-z_-][\w-]*\.?$/;

/** Parses the name of an environment variable. */
export const variableName: Parser<string> = (value) =>
  /^[A-Za-z_]\w*$/.test(value) ? { value } : { wanted: 'the name of a variable, such as HOSTNAME' };
