import { joinValues } from './manager/joined-headers.ts';
import type { Protocol } from './request.ts';

/** A request without a body, as its caller writes it. */
export type AskedRequest = {
  readonly protocol: Protocol;
  readonly method: string;
  /** Whether the caller uses TLS. */
  readonly tls: boolean;
  /** The Host header, or `:authority`. */
  readonly authority: string;
  /** The host name that resolved to the address, which a TLS client sends as SNI. */
  readonly serverName: string;
  /** The destination port of the connection. */
  readonly port: number;
  /** Path and query as sent: without the fragment; blanks and non-ASCII characters percent-encoded. */
  readonly target: string;
  /** In the caller's order, names in lower case; without Host. */
  readonly headers: readonly HeaderLine[];
};

/** A header as written on a command line: `name: value`. */
export type HeaderLine = readonly [name: string, value: string];

/** Thrown for a request that cannot be explained; the message names the part and what is allowed. */
export class AskedRequestError extends Error {}

/** Scheme, authority, path and query; the fragment is not sent. */
const WRITTEN_URL = /^(https?):\/\/([^/?#\\]*)([^#]*)/is;

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Parses a method, a URL and headers. A Host header overrides the URL's host, as with curl; the port is the URL's, else its
 * scheme's default. @throws AskedRequestError
 */
export function askedRequest(
  method: string,
  url: string,
  headers: readonly HeaderLine[],
  protocol: Protocol = 'HTTP/1.1',
): AskedRequest {
  const parsed = URL.parse(url);
  const [, scheme = '', written = '', rest = ''] = WRITTEN_URL.exec(url.trim()) ?? [];
  if (parsed === null || scheme === '')
    throw new AskedRequestError(`URL ${JSON.stringify(url)}: it has to be absolute, http:// or https://`);
  if (!TOKEN.test(method))
    throw new AskedRequestError(`method ${JSON.stringify(method)}: it has to be one word, e.g. GET`);
  const lines = headers.map(headerLine);
  const [host, ...more] = lines.flatMap(([name, value]) => (name === 'host' ? [value] : []));
  if (protocol === 'HTTP/2' && more.length > 0)
    throw new AskedRequestError('header Host: HTTP/2 has one authority, and this names several');
  const tls = scheme.toLowerCase() === 'https';
  return {
    protocol,
    method,
    tls,
    authority: host === undefined ? authorityOf(written, parsed) : joinValues([host, ...more]),
    serverName: parsed.hostname,
    port: parsed.port === '' ? (tls ? 443 : 80) : Number(parsed.port),
    target: targetOf(rest),
    headers: lines.filter(([name]) => name !== 'host'),
  };
}

function headerLine([name, value]: HeaderLine): HeaderLine {
  if (!TOKEN.test(name))
    throw new AskedRequestError(`header ${JSON.stringify(name)}: a name is letters, digits and hyphens`);
  // Leading and trailing blanks are not part of a value.
  const trimmed = value.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  // oxlint-disable-next-line no-control-regex -- the expression looks for control characters
  if (/[\0-\x08\n-\x1f\x7f]/.test(trimmed))
    throw new AskedRequestError(`header ${name}: its value holds a line break or another control character`);
  return [name.toLowerCase(), trimmed];
}

/** Returns the authority in the caller's case; a client omits the scheme's default port, and the user name. */
function authorityOf(written: string, parsed: URL): string {
  const host = written.replace(/^.*@/, '');
  const named = parsed.port === '' ? host.replace(/:\d*$/, '') : host;
  return named.toLowerCase() === parsed.host ? named : parsed.host;
}

function targetOf(rest: string): string {
  const rooted = /^[/\\]/.test(rest) ? rest : `/${rest}`;
  return rooted.toWellFormed().replaceAll(/[^!-~]+/g, encodeURIComponent);
}
