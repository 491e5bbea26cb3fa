import type { Family } from '../../common/addresses/ip-range.ts';
import { rule, type Chain, type Jump } from './chain.ts';
import { among, ofFamily, source } from './matches.ts';
import { formatPorts, splitForMultiport, SSH, type PortRange } from '../settings/ports.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/** Returns the jump of inbound traffic, except from the host itself, to a chain of `ingressRules`. */
export function ingressJump(from: 'PREROUTING' | 'INPUT', chain: string): Jump {
  return { from, rule: rule(['-p tcp', '-m addrtype ! --src-type LOCAL'], 'inbound', chain) };
}

/** Returns the chain that redirects inbound traffic of the app's ports to Envoy; none if there are no ports. */
export function ingress(settings: ProxyinitSettings, family: Family): readonly Chain[] {
  const rules = ingressRules(settings, family, `REDIRECT --to-ports ${settings.ingressPort}`);
  return rules.length === 0
    ? []
    : [
        {
          table: 'nat',
          name: 'APPMESH_INGRESS',
          rules,
          jumps: [ingressJump('PREROUTING', 'APPMESH_INGRESS')],
        },
      ];
}

/** Returns the rules with any `target` for traffic that goes to Envoy. */
export function ingressRules(settings: ProxyinitSettings, family: Family, target: string): readonly string[] {
  const { appPorts, ingressOnly, ingressIgnoredPorts, ingressIgnoredAddresses, ignoredInterfaces } = settings;
  if (appPorts !== 'all' && appPorts.length === 0) return [];
  return [
    ...ignoredInterfaces.map((name) => rule([`-i ${name}`, '-p tcp'], 'ignored-interface', 'RETURN')),
    ...splitForMultiport([...sshExempt(settings), ...ingressIgnoredPorts]).map((ports) => {
      return rule([`-p tcp -m multiport --dports ${list(ports)}`], 'ignored-port', 'RETURN');
    }),
    ...ofFamily(ingressIgnoredAddresses, family).map((address) => {
      return rule([source(address), '-p tcp'], 'ignored-address', 'RETURN');
    }),
    ...among(ingressOnly.addresses, family).flatMap((address) => {
      const from = [address && source(address), '-p tcp'];
      return appPorts === 'all'
        ? [rule(from, 'to-envoy', target)]
        : splitForMultiport(appPorts).map((ports) => {
            return rule([...from, `-m multiport --dports ${list(ports)}`], 'to-envoy', target);
          });
    }),
  ];
}

/** Exempts port 22 if the app's ports include it, because the operator may need SSH to repair the host. */
function sshExempt({ appPorts, interceptSsh }: ProxyinitSettings): readonly PortRange[] {
  if (interceptSsh) return [];
  const taken =
    appPorts === 'all' || appPorts.some(({ first, last }) => first <= SSH.first && SSH.last <= last);
  return taken ? [SSH] : [];
}

function list(ports: readonly PortRange[]): string {
  return ports.map(formatPorts).join();
}
