import type { HeaderValue, Headers } from '../request.ts';

/** The headers of HTTP/1.1 that are about the one connection, and what an upgrade asks for, where there is one. */
export type HopHeaders =
  | { readonly kind: 'read'; readonly headers: Headers; readonly upgrade?: string }
  | { readonly kind: 'refused'; readonly why: string };

/** What `Connection` may hold in all. */
const MOST_TOKENS = 9;

const NO_HEADERS = new Set(['close', 'keep-alive', 'upgrade', 'http2-settings', 'connection']);

const NEVER_NAMED = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);

/**
 * Takes away what `Connection` names, as Envoy's reader of HTTP/1.1 does; an upgrade keeps all. `ignores`: whether a
 * protocol is asked for in vain.
 */
export function readHopHeaders(before: Headers, ignores: (protocol: string) => boolean): HopHeaders {
  const connection = textOf(before, 'connection');
  if (connection === undefined) return { kind: 'read', headers: before };
  const tokens = tokensOf(connection);
  const names = tokens.map((token) => token.toLowerCase());
  const upgrade = names.includes('upgrade') ? textOf(before, 'upgrade') : undefined;
  const heeded = upgrade === undefined || ignores(upgrade) ? undefined : upgrade;
  const isH2c = heeded?.toLowerCase() === 'h2c';
  if (heeded !== undefined && !isH2c) return { kind: 'read', headers: before, upgrade: heeded };
  if (tokens.length > MOST_TOKENS)
    return { kind: 'refused', why: `Connection names more than ${MOST_TOKENS}` };
  const wrong = names.find((name) => NEVER_NAMED.has(name) || name.startsWith(':'));
  if (wrong !== undefined) return { kind: 'refused', why: `Connection names ${wrong}` };
  if (names.includes('host'))
    return { kind: 'refused', why: 'Connection names host, and without that there is none' };
  const headers = new Map(before);
  if (isH2c) headers.delete('http2-settings');
  for (const name of names) {
    if (NO_HEADERS.has(name)) continue;
    if (name === 'te' && asksForTrailers(textOf(headers, 'te'))) headers.set('te', ['trailers']);
    else headers.delete(name);
  }
  return { kind: 'read', headers };
}

/** A header's only value; undefined where it is not there, or nobody knows it. */
export function textOf(headers: Headers, name: string): string | undefined {
  const [value]: readonly (HeaderValue | undefined)[] = headers.get(name) ?? [];
  return typeof value === 'string' ? value : undefined;
}

/** The parts of a list; empty ones are none. */
export function tokensOf(list: string): readonly string[] {
  return list
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

function asksForTrailers(te: string | undefined): boolean {
  return te !== undefined && tokensOf(te).some((token) => token.toLowerCase() === 'trailers');
}
