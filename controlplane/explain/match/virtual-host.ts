import type { VirtualHost } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { RouteConfiguration } from '#envoy/envoy/config/route/v3/route_pb.ts';

/** Virtual hosts, and the settings for their lookup. */
export type Hosts = Pick<RouteConfiguration, 'virtualHosts' | 'ignorePortInHostMatching'>;

/** A virtual host, and its domain that matched the request. */
export type TakenHost = { readonly host: VirtualHost; readonly domain: string };

/**
 * Returns the virtual host of a Host header: the exact name, else the longest `*suffix`, else the longest `prefix*`, else `*`;
 * ignoring case. A `*` stands for at least one character (VirtualHost.domains in Envoy's API reference).
 */
export function hostFor(
  { virtualHosts, ignorePortInHostMatching }: Hosts,
  authority: string,
): TakenHost | undefined {
  const whole = authority.toLowerCase();
  const wanted = ignorePortInHostMatching ? whole.replace(/:[^:\]]*$/, '') : whole;
  const all = virtualHosts.flatMap((host) => host.domains.map((domain) => ({ host, domain })));
  const fitting = all.filter(({ domain }) => fits(domain.toLowerCase(), wanted));
  return fitting.toSorted((a, b) => rank(a.domain) - rank(b.domain) || b.domain.length - a.domain.length)[0];
}

function fits(domain: string, wanted: string): boolean {
  if (domain === '*') return true;
  if (domain.startsWith('*')) return wanted.length >= domain.length && wanted.endsWith(domain.slice(1));
  if (domain.endsWith('*')) return wanted.length >= domain.length && wanted.startsWith(domain.slice(0, -1));
  return domain === wanted;
}

function rank(domain: string): number {
  if (domain === '*') return 3;
  if (domain.startsWith('*')) return 1;
  return domain.endsWith('*') ? 2 : 0;
}
