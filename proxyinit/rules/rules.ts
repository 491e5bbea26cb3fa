import type { Family } from '../../common/addresses/ip-range.ts';
import { rule, type Chain } from './chain.ts';
import { dns } from './dns.ts';
import { egress } from './egress.ts';
import { ingress } from './ingress.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/** Returns the chains of one family; those in `nat` in App Mesh's order. */
export function rules(settings: ProxyinitSettings, family: Family): readonly Chain[] {
  return [
    egress(settings, family),
    ...ingress(settings, family),
    ...dns(settings, family),
    ...invalid(settings),
  ];
}

/** Drops segments of no known connection. NAT does not translate them back, so the app would answer them with a reset. */
function invalid({ dropInvalid, ignoredInterfaces }: ProxyinitSettings): readonly Chain[] {
  if (!dropInvalid) return [];
  const jump = rule(['-p tcp', '-m conntrack --ctstate INVALID'], 'drop-invalid', 'APPMESH_INVALID');
  return [
    {
      table: 'mangle',
      name: 'APPMESH_INVALID',
      rules: [
        ...ignoredInterfaces.map((name) => rule([`-i ${name}`], 'ignored-interface', 'RETURN')),
        rule([], 'drop-invalid', 'DROP'),
      ],
      jumps: [{ from: 'PREROUTING', rule: jump }],
    },
  ];
}
