import type { Family } from '../../common/addresses/ip-range.ts';
import { rule, type Chain } from './chain.ts';
import { dnsJumps, dnsRules } from './dns.ts';
import { egressJump, egressRules } from './egress.ts';
import { ingressJump, ingressRules } from './ingress.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/**
 * Returns the chains in `filter` while rules are written. They drop new connections that the rules will redirect and that were not
 * redirected yet. They match like the rules themselves, so exempt traffic passes. TCP resends the first packet a second later, when the
 * rules are in force.
 */
export function guard(settings: ProxyinitSettings, family: Family): readonly Chain[] {
  const outbound: Chain = {
    table: 'filter',
    name: 'APPMESH_GUARD_OUT',
    rules: egressRules(settings, family, 'DROP'),
    jumps: [egressJump('APPMESH_GUARD_OUT')],
  };
  const inbound: Chain = {
    table: 'filter',
    name: 'APPMESH_GUARD_IN',
    rules: ingressRules(settings, family, 'DROP'),
    jumps: [ingressJump('INPUT', 'APPMESH_GUARD_IN')],
  };
  const questions: Chain = {
    table: 'filter',
    name: 'APPMESH_GUARD_DNS',
    rules: dnsRules(settings, family, 'DROP'),
    jumps: dnsJumps('APPMESH_GUARD_DNS'),
  };
  const known = rule(['-m conntrack --ctstate RELATED,ESTABLISHED,DNAT'], 'guard-known', 'RETURN');
  return [outbound, inbound, questions]
    .filter((chain) => chain.rules.length > 0)
    .map((chain) => ({ ...chain, rules: [known, ...chain.rules] }));
}
