import type { Family } from '../../common/ip-range.ts';
import { rule, type Chain, type Jump } from './chain.ts';
import { among, ofFamily, source } from './matches.ts';
import { formatPorts, splitForMultiport, SSH, type PortRange } from '../settings/ports.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/** What leads inbound traffic to a chain of `ingressRules`: whatever does not come from the host itself. */
export function ingressJump(from: 'PREROUTING' | 'INPUT', chain: string): Jump {
  return { from, rule: rule(['-p tcp', '-m addrtype ! --src-type LOCAL'], 'inbound', chain) };
}

/** What sends inbound traffic of the app's ports to Envoy; no chain where there is nothing to send. */
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

/** The same decisions with another end: `target` is what becomes of traffic that is Envoy's. */
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

/** Port 22, where the app's ports would take it along: the way in for whoever has to repair the host. */
function sshExempt({ appPorts, interceptSsh }: ProxyinitSettings): readonly PortRange[] {
  if (interceptSsh) return [];
  const taken =
    appPorts === 'all' || appPorts.some(({ first, last }) => first <= SSH.first && SSH.last <= last);
  return taken ? [SSH] : [];
}

function list(ports: readonly PortRange[]): string {
  return ports.map(formatPorts).join();
}
