import type { Parser } from '../../../common/settings.ts';

/** Address and protocol of a control plane. `host` is a name or an address; an IPv6 address has no brackets. */
export type XdsEndpoint =
  | { readonly kind: 'tls'; readonly host: string; readonly port: number }
  | { readonly kind: 'plaintext'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;

/** Parses an endpoint: `host:port` (TLS), `http://host:port` (plaintext) or `unix:///path`. */
export const xdsEndpoint: Parser<XdsEndpoint> = (text) => {
  const wanted = 'host:port (TLS), http://host:port (plaintext) or unix:///path';
  const path = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { value: { kind: 'unix', path } };
  const plain = /^http:\/\/([^/]+)\/?$/.exec(text)?.[1];
  const [, bracketed, named, digits] = HOST_PORT.exec(plain ?? text) ?? [];
  const host = bracketed ?? named;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return { wanted };
  return { value: { kind: plain === undefined ? 'tls' : 'plaintext', host, port } };
};
