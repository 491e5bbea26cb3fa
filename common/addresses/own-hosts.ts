import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Parser } from '../settings.ts';

/** The host names of this program. */
export type OwnHosts = {
  /** Names that the operator configured, and the machine's name. */
  readonly names: readonly string[];
  /** Matches additional names, in lower case. */
  readonly pattern?: RegExp;
  /** Returns the current server certificate, PEM; undefined without TLS. */
  readonly certificate?: (() => Buffer) | undefined;
};

const NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/i;

/** Parses a comma-separated list of host names. */
export const hostNames: Parser<readonly string[]> = (value) => {
  const names = value.split(',');
  const wrong = names.find((name) => !NAME.test(name));
  return wrong === undefined
    ? { value: names }
    : { wanted: 'comma-separated host names without a port, e.g. mesh.example.com,mesh' };
};

/**
 * Returns whether a `Host` header names this program: a loopback name, any IP address, one of its names, or a name in the certificate. A
 * page that uses DNS rebinding sends its own name, which is none of these.
 */
export function isOwnHost(header: string, { names, pattern, certificate }: OwnHosts): boolean {
  const host = hostIn(header);
  if (host === undefined) return false;
  if (isIP(host) !== 0 || host === 'localhost' || host.endsWith('.localhost')) return true;
  if (pattern?.test(host) === true || names.some((name) => name.toLowerCase() === host)) return true;
  return certificate !== undefined && parsed(certificate()).checkHost(host) !== undefined;
}

/**
 * Returns whether a page of `origin` may send this request: only a page that this same host served. Requests without an `Origin` are
 * allowed, because a browser always sends it for pages of other sites.
 */
export function isOwnOrigin(origin: string | undefined, header: string): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  // Drop a default port, as URL does.
  const asked = `${protocol}//${header}`;
  return host !== '' && URL.canParse(asked) && new URL(asked).host === host;
}

/** Returns the host of a `Host` header in lower case; an IPv6 address without brackets. */
function hostIn(header: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header) ?? [];
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '');
}

/** Cache, because parsing a certificate takes longer than a request. */
const certificates = new WeakMap<Buffer, X509Certificate>();

function parsed(pem: Buffer): X509Certificate {
  let certificate = certificates.get(pem);
  if (certificate === undefined) certificates.set(pem, (certificate = new X509Certificate(pem)));
  return certificate;
}
