import { compareText } from '../../../common/compare-text.ts';
import type { GatewayRouteHostnameMatch } from '../../model/types.ts';
import { isHeaderValue } from '../envoy/text.ts';

/** The host names that a gateway route stands for. */
export type HostPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact' | 'suffix'; readonly text: string };

/**
 * The pattern of a match. A suffix is compared label by label: `*.example.com` and `.example.com` are the same. One that
 * begins with a hyphen is the end of a label.
 */
export function hostPattern(hostname: GatewayRouteHostnameMatch | undefined): HostPattern {
  if (hostname?.exact !== undefined) return { kind: 'exact', text: hostname.exact };
  if (hostname?.suffix === undefined) return { kind: 'any' };
  return { kind: 'suffix', text: hostname.suffix.replace(/^\*/, '') };
}

/** Why Envoy would refuse a pattern; undefined when it would not. */
export function hostProblem(pattern: HostPattern): string | undefined {
  if (pattern.kind === 'any') return undefined;
  const usable = pattern.text.replace(/^[.-]/, '') !== '' && isHeaderValue(pattern.text);
  return usable ? undefined : `${JSON.stringify(pattern.text)} cannot be a host name`;
}

/** The name of the virtual host with a pattern's routes. */
export function hostName(pattern: HostPattern): string {
  if (pattern.kind === 'any') return 'self_redirect';
  return pattern.kind === 'exact' ? pattern.text : `*${pattern.text}`;
}

/** Whether a pattern is for one port of the Host header only. */
export function namesPort(pattern: HostPattern): boolean {
  return pattern.kind !== 'any' && /:\d+$/.test(pattern.text);
}

/**
 * What Envoy matches the Host header with. A suffix that begins with neither dot nor hyphen takes the bare name too.
 * Where Envoy does not pass over the port in the header, a suffix needs a domain for each that it may have.
 */
export function hostDomains(pattern: HostPattern, port: number): readonly string[] {
  if (pattern.kind === 'any') return ['*'];
  const { text } = pattern;
  if (pattern.kind === 'exact') return [text, `${text}:*`];
  if (/^[.-]/.test(text)) return [`*${text}`, ...ported(`*${text}`, port)];
  return [text, `${text}:*`, `*.${text}`, ...ported(`*.${text}`, port)];
}

/** With the port of the listener, and with those of the balancers that stand before it. */
function ported(domain: string, port: number): readonly string[] {
  return [...new Set([port, 80, 443])].map((each) => `${domain}:${each}`);
}

/** Patterns in the order in which they are given their domains: everything, one host each, suffixes. */
export function byPattern(a: HostPattern, b: HostPattern): number {
  const rank = { any: 0, exact: 1, suffix: 2 };
  const [first, second] = [hostName(a), hostName(b)];
  return rank[a.kind] - rank[b.kind] || compareText(first, second);
}
