import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Parser } from './settings.ts';

/** What tells whether a host is one that this program is called by. */
export type OwnHosts = {
  /** Names that the operator gave, and that of the machine. */
  readonly names: readonly string[];
  /** Further names, in lower case. */
  readonly pattern?: RegExp;
  /** The certificate that is served now, PEM; undefined without TLS. */
  readonly certificate?: (() => Buffer) | undefined;
};

const NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/i;

/** Names of hosts with commas between them. */
export const hostNames: Parser<readonly string[]> = (value) => {
  const names = value.split(',');
  const wrong = names.find((name) => !NAME.test(name));
  return wrong === undefined
    ? { value: names }
    : { wanted: 'host names without a port, with commas between them, e.g. mesh.example.com,mesh' };
};

/**
 * Whether the header `Host` names this program: a loopback name, any IP address, one of its names, a name of the certificate. A page
 * whose own name leads to this machine (DNS rebinding) sends that name, which is none of these.
 */
export function isOwnHost(header: string, { names, pattern, certificate }: OwnHosts): boolean {
  const host = hostIn(header);
  if (host === undefined) return false;
  if (isIP(host) !== 0 || host === 'localhost' || host.endsWith('.localhost')) return true;
  if (pattern?.test(host) === true || names.some((name) => name.toLowerCase() === host)) return true;
  return certificate !== undefined && parsed(certificate()).checkHost(host) !== undefined;
}

/**
 * Whether a page of `origin` may send this request: one that this very host served, or, where there is no `Origin`, anything that
 * is no page of another site.
 */
export function isOwnOrigin(origin: string | undefined, header: string): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  // Without a default port, as URL has it.
  const asked = `${protocol}//${header}`;
  return host !== '' && URL.canParse(asked) && new URL(asked).host === host;
}

/** The host of a header `Host`, in lower case, an IPv6 address without its brackets. */
function hostIn(header: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header) ?? [];
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '');
}

/** Reading a certificate takes longer than a call. */
const certificates = new WeakMap<Buffer, X509Certificate>();

function parsed(pem: Buffer): X509Certificate {
  let certificate = certificates.get(pem);
  if (certificate === undefined) certificates.set(pem, (certificate = new X509Certificate(pem)));
  return certificate;
}
