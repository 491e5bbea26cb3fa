import { createHash } from 'node:crypto';
import { RBACSchema as HttpRbacSchema } from '#envoy/envoy/extensions/filters/http/rbac/v3/rbac_pb.ts';
import { RBACSchema as NetworkRbacSchema } from '#envoy/envoy/extensions/filters/network/rbac/v3/rbac_pb.ts';
import type { Resource } from '../../../xds/types.ts';
import type { NodeAccess } from '../../mesh/access/node-access.ts';
import { ruleProblem } from '../../mesh/access/rule-problem.ts';
import { enforcedProgram, programOf, type Place } from '../../mesh/access/steps.ts';
import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { FilterChainInit } from '../envoy/filter-chains.ts';
import { discoveredFilter, filterConfig, type DiscoveredFilter } from '../envoy/filter-discovery.ts';
import { extension, type Extension } from '../envoy/typed.ts';
import { createMemo } from '../memo.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import { unreported, type Report } from '../problems.ts';
import { hasAccessFilters } from './has-access-filters.ts';
import { accessMatcher } from './matcher.ts';
import { SHADOW } from './refused-log.ts';

/** Returns the filter of a chain; an empty list for a proxy that does not support it. */
export function accessFilter(place: Place, options: Options): readonly DiscoveredFilter[] {
  if (!hasAccessFilters(options)) return [];
  const { port, isHttp, chain } = place;
  const schema = isHttp ? HttpRbacSchema : NetworkRbacSchema;
  return [discoveredFilter(names.accessFilter(port, chain), [schema])];
}

/** Returns the configurations of the filters: with `AUDIT` they count, with `ENFORCE` they refuse and count. */
export function accessConfigs(
  { access, name }: VirtualNodeView,
  places: readonly Place[],
  options: Options,
  report: Report,
): readonly Resource[] {
  if (!hasAccessFilters(options)) {
    if (access !== undefined)
      report(
        `virtualNode/${name}`,
        `authorization is ${access.mode}, and this proxy cannot carry it out: it needs an identity (DAYBREAK_IDENTITY) and Envoy 1.37 or newer`,
      );
    return [];
  }
  if (access !== undefined) reportRules(access, places, `virtualNode/${name}`, report);
  return places.map((place) => {
    const make = (): Resource => accessConfig(place, access);
    return access === undefined ? make() : configs(access, JSON.stringify(place), unreported, make);
  });
}

function reportRules(access: NodeAccess, places: readonly Place[], where: string, report: Report): void {
  for (const member of ['deny', 'allow', 'unauthenticated'] as const)
    for (const line of access[member] ?? []) {
      const problem = ruleProblem(line, member, distinctPorts(places));
      if (problem !== undefined) report(where, `access policy rule ${line.name}: ${problem}`);
    }
}

/** A port has one place per chain. */
function distinctPorts(places: readonly Place[]): readonly Place[] {
  return [...new Map(places.map((place) => [place.port, place])).values()];
}

const configs = createMemo<Resource>();

function accessConfig(place: Place, access: NodeAccess | undefined): Resource {
  const name = names.accessFilter(place.port, place.chain);
  return filterConfig(name, place.isHttp ? httpConfig(place, access) : networkConfig(place, access));
}

function httpConfig(place: Place, access: NodeAccess | undefined): Extension {
  return extension('envoy.filters.http.rbac', HttpRbacSchema, {
    shadowRulesStatPrefix: SHADOW,
    ...matchers(place, access, 'http'),
  });
}

function networkConfig(place: Place, access: NodeAccess | undefined): Extension {
  return extension('envoy.filters.network.rbac', NetworkRbacSchema, {
    statPrefix: 'ingress',
    shadowRulesStatPrefix: SHADOW,
    ...matchers(place, access, 'tcp'),
  });
}

/** The shadow matcher makes the whole decision, for the counters. The matcher, if there is one, refuses. */
function matchers(place: Place, access: NodeAccess | undefined, protocol: 'http' | 'tcp') {
  if (access === undefined) return {};
  const shadowMatcher = accessMatcher(programOf(access, place), protocol);
  if (access.mode === 'AUDIT') return { shadowMatcher };
  return { shadowMatcher, matcher: accessMatcher(enforcedProgram(access, place), protocol) };
}

/**
 * Marks the chains of a tcp listener with the denies that are in force. Envoy asks the rules once per connection, so that an open one would
 * outlive a new deny; but it drains a chain whose mark changes.
 */
export function markDenies(
  chains: readonly FilterChainInit[],
  access: NodeAccess | undefined,
  port: number,
): readonly FilterChainInit[] {
  const denies = deniesInForce(access).filter(({ ports }) => ports?.includes(port) ?? true);
  if (denies.length === 0) return chains;
  const digest = createHash('sha256').update(JSON.stringify(denies)).digest('hex').slice(0, 16);
  const metadata = { filterMetadata: { 'daybreak.access': { denies: digest } } };
  return chains.map((chain) => ({ ...chain, metadata }));
}

/** Returns the denies that have to end open tcp connections. */
export function deniesInForce(access: NodeAccess | undefined): NodeAccess['deny'] {
  return access?.mode === 'ENFORCE' ? access.deny.filter(({ http }) => http === undefined) : [];
}
