import type { Parser } from '../../common/settings.ts';

/** Where a control plane is, and how it is spoken to. `host` is a name or an address, an IPv6 one without brackets. */
export type XdsEndpoint =
  | { readonly kind: 'tls'; readonly host: string; readonly port: number }
  | { readonly kind: 'plaintext'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;

/** `host:port` is TLS, `http://host:port` plaintext, `unix:///path` a socket. */
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
