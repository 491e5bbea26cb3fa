import type { Family } from '../../common/addresses/ip-range.ts';
import { rule, type Chain, type Jump } from './chain.ts';
import { among, destination, ofFamily } from './matches.ts';
import { formatPorts, splitForMultiport } from '../settings/ports.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/** Returns the jump of outbound traffic to a chain of `egressRules`. Traffic to the host itself bypasses Envoy. */
export function egressJump(chain: string): Jump {
  return { from: 'OUTPUT', rule: rule(['-p tcp', '-m addrtype ! --dst-type LOCAL'], 'outbound', chain) };
}

/** Returns the chain that redirects outbound traffic to Envoy, in App Mesh's order: owners, ports, addresses, then the rest. */
export function egress(settings: ProxyinitSettings, family: Family): Chain {
  return {
    table: 'nat',
    name: 'APPMESH_EGRESS',
    rules: egressRules(settings, family, `REDIRECT --to-ports ${settings.egressPort}`),
    jumps: [egressJump('APPMESH_EGRESS')],
  };
}

/** Returns the rules with any `target` for traffic that goes to Envoy. */
export function egressRules(settings: ProxyinitSettings, family: Family, target: string): readonly string[] {
  const { ignoredPorts, ignoredAddresses, ignoredInterfaces, egressOnly } = settings;
  return [
    ...ignoredOwners(settings).map(([owner, comment]) => rule([owner], comment, 'RETURN')),
    ...ignoredInterfaces.map((name) => rule([`-o ${name}`, '-p tcp'], 'ignored-interface', 'RETURN')),
    ...ignoredPorts.map((ports) => {
      return rule([`-p tcp -m multiport --dports ${formatPorts(ports)}`], 'ignored-port', 'RETURN');
    }),
    ...ofFamily(ignoredAddresses, family).map((address) => {
      return rule([destination(address), '-p tcp'], 'ignored-address', 'RETURN');
    }),
    ...among(egressOnly.addresses, family).flatMap((address) => {
      const lists = splitForMultiport(egressOnly.ports);
      return (lists.length === 0 ? [undefined] : lists).flatMap((ports) => {
        const uids = egressOnly.uids.length === 0 ? [undefined] : egressOnly.uids;
        return uids.map((uid) => {
          const matches = [
            address && destination(address),
            '-p tcp',
            ports && `-m multiport --dports ${ports.map(formatPorts).join()}`,
            uid === undefined ? undefined : `-m owner --uid-owner ${uid}`,
          ];
          return rule(matches, 'to-envoy', target);
        });
      });
    }),
  ];
}

/** Returns the matches of owners whose traffic bypasses Envoy, each with the comment of its rules. */
export function ignoredOwners({
  ignoredUids,
  ignoredGids,
}: Pick<ProxyinitSettings, 'ignoredUids' | 'ignoredGids'>): readonly (readonly [string, string])[] {
  return [
    ...ignoredUids.map((uid) => [`-m owner --uid-owner ${uid}`, 'envoy-uid'] as const),
    ...ignoredGids.map((gid) => [`-m owner --gid-owner ${gid}`, 'envoy-gid'] as const),
  ];
}
