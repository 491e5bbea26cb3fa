import { compareText } from '../../../common/compare-text.ts';
import type { GatewayRouteHostnameMatch } from '../../model/types.ts';
import { isHeaderValue } from '../envoy/text.ts';

/** The host names of a gateway route. */
export type HostPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact' | 'suffix'; readonly text: string };

/**
 * Returns the pattern of a match. A suffix is compared label by label: `*.example.com` and `.example.com` are equal. A suffix
 * that begins with a hyphen is the end of a label.
 */
export function hostPattern(hostname: GatewayRouteHostnameMatch | undefined): HostPattern {
  if (hostname?.exact !== undefined) return { kind: 'exact', text: hostname.exact };
  if (hostname?.suffix === undefined) return { kind: 'any' };
  return { kind: 'suffix', text: hostname.suffix.replace(/^\*/, '') };
}

/** Returns why Envoy would reject a pattern; undefined if the pattern is valid. */
export function hostProblem(pattern: HostPattern): string | undefined {
  if (pattern.kind === 'any') return undefined;
  const usable = pattern.text.replace(/^[.-]/, '') !== '' && isHeaderValue(pattern.text);
  return usable ? undefined : `${JSON.stringify(pattern.text)} cannot be a host name`;
}

/** Returns the name of the virtual host of a pattern. */
export function hostName(pattern: HostPattern): string {
  if (pattern.kind === 'any') return 'self_redirect';
  return pattern.kind === 'exact' ? pattern.text : `*${pattern.text}`;
}

/** Whether a pattern is for one port of the Host header only. */
export function namesPort(pattern: HostPattern): boolean {
  return pattern.kind !== 'any' && /:\d+$/.test(pattern.text);
}

/**
 * Returns the domains that Envoy matches the Host header with. A suffix that begins with neither dot nor hyphen matches the bare
 * name too. If Envoy does not ignore the port in the header, a suffix needs one domain per possible port.
 */
export function hostDomains(pattern: HostPattern, port: number): readonly string[] {
  if (pattern.kind === 'any') return ['*'];
  const { text } = pattern;
  if (pattern.kind === 'exact') return [text, `${text}:*`];
  if (/^[.-]/.test(text)) return [`*${text}`, ...ported(`*${text}`, port)];
  return [text, `${text}:*`, `*.${text}`, ...ported(`*.${text}`, port)];
}

/** Adds the port of the listener, and the ports of load balancers in front of it. */
function ported(domain: string, port: number): readonly string[] {
  return [...new Set([port, 80, 443])].map((each) => `${domain}:${each}`);
}

/** Compares patterns in the order in which they get their domains: any host, exact hosts, suffixes. */
export function byPattern(a: HostPattern, b: HostPattern): number {
  const rank = { any: 0, exact: 1, suffix: 2 };
  const [first, second] = [hostName(a), hostName(b)];
  return rank[a.kind] - rank[b.kind] || compareText(first, second);
}
