import type { ClientPolicyTls, VirtualGatewayClientPolicyTls } from '../../model/types.ts';
import { elementPath, memberPath } from '../validation/violation.ts';
import type { Broken } from './rule.ts';

/**
 * The TLS of a client policy. Names are compared whole, so a wildcard in one that is enforced would match nothing; and
 * authorities from a secret discovery socket vouch for SPIFFE ids, which no service discovery knows.
 */
export function clientPolicyTls(
  { enforce, validation }: ClientPolicyTls | VirtualGatewayClientPolicyTls,
  path: string,
): readonly Broken[] {
  const names = validation.subjectAlternativeNames?.match.exact ?? [];
  const given = memberPath(path, 'validation.subjectAlternativeNames');
  const found = names.flatMap((value, index): readonly Broken[] => {
    if (enforce === false || !value.includes('*')) return [];
    const constraint = 'Member must be a name without * where the policy is enforced';
    const at = elementPath(memberPath(given, 'match.exact'), index);
    return [{ rule: 'tls-wildcard-name', path: at, value, constraint }];
  });
  if (validation.trust.sds === undefined || names.length > 0) return found;
  const constraint = 'Member must name one at least where validation.trust.sds is set';
  return [
    ...found,
    { rule: 'tls-sds-names', path: given, value: validation.subjectAlternativeNames, constraint },
  ];
}
