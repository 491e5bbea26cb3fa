import type { Cidr, Family } from './address.ts';
import { formatPorts, splitForMultiport } from './ports.ts';
import type { ProxyinitSettings } from './settings.ts';

/** The chains that are ours, by the names that App Mesh gave them; scripts and eyes know these. */
export const CHAIN_NAMES = ['APPMESH_EGRESS', 'APPMESH_INGRESS'] as const;

/** One of our chains in the nat table, with the one rule of a built-in chain that leads to it. Rules are without `-A`. */
export type Chain = {
  readonly name: (typeof CHAIN_NAMES)[number];
  readonly rules: readonly string[];
  readonly jump: { readonly from: 'OUTPUT' | 'PREROUTING'; readonly rule: string };
};

/**
 * The chains of one family in the order in which App Mesh made them. Each rule is spelled as `iptables-save` prints it,
 * so that what is there can be compared with what is wanted, and carries a comment that says whose it is and why.
 */
export function rules(settings: ProxyinitSettings, family: Family): readonly Chain[] {
  return settings.appPorts.length === 0
    ? [egress(settings, family)]
    : [egress(settings, family), ingress(settings)];
}

function egress(settings: ProxyinitSettings, family: Family): Chain {
  const { ignoredUid, ignoredGid, ignoredPorts, ignoredAddresses, egressPort } = settings;
  return {
    name: 'APPMESH_EGRESS',
    rules: [
      ...(ignoredUid === undefined
        ? []
        : [rule(`-m owner --uid-owner ${ignoredUid}`, 'envoy-uid', 'RETURN')]),
      ...(ignoredGid === undefined
        ? []
        : [rule(`-m owner --gid-owner ${ignoredGid}`, 'envoy-gid', 'RETURN')]),
      ...ignoredPorts.map((ports) => {
        return rule(`-p tcp -m multiport --dports ${formatPorts(ports)}`, 'ignored-port', 'RETURN');
      }),
      ...ignoredAddresses
        .filter((address) => address.family === family)
        .map((address) => rule(`${destination(address)}-p tcp`, 'ignored-address', 'RETURN')),
      rule('-p tcp', 'to-envoy', `REDIRECT --to-ports ${egressPort}`),
    ],
    jump: {
      from: 'OUTPUT',
      rule: rule('-p tcp -m addrtype ! --dst-type LOCAL', 'outbound', 'APPMESH_EGRESS'),
    },
  };
}

function ingress({ appPorts, ingressPort }: ProxyinitSettings): Chain {
  return {
    name: 'APPMESH_INGRESS',
    rules: splitForMultiport(appPorts).map((ports) => {
      const match = `-p tcp -m multiport --dports ${ports.map(formatPorts).join(',')}`;
      return rule(match, 'to-envoy', `REDIRECT --to-ports ${ingressPort}`);
    }),
    jump: {
      from: 'PREROUTING',
      rule: rule('-p tcp -m addrtype ! --src-type LOCAL', 'inbound', 'APPMESH_INGRESS'),
    },
  };
}

function rule(match: string, comment: string, target: string): string {
  return `${match} -m comment --comment "daybreak/${comment}" -j ${target}`;
}

/** A range of everything is left out, as iptables-save leaves it out. */
function destination({ address, prefix }: Cidr): string {
  return prefix === 0 ? '' : `-d ${address}/${prefix} `;
}
