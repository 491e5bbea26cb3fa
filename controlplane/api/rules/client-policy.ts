import type { ClientPolicyTls, VirtualGatewayClientPolicyTls } from '../../model/types.ts';
import { elementPath, memberPath } from '../validation/violation.ts';
import type { Broken } from './rule.ts';

/**
 * Checks the TLS settings of a client policy. Names are compared exactly, so a wildcard in an enforced policy would match nothing.
 * Authorities from an SDS socket certify SPIFFE ids, which cannot be derived from service discovery, so names are required.
 */
export function clientPolicyTls(
  { enforce, validation }: ClientPolicyTls | VirtualGatewayClientPolicyTls,
  path: string,
): readonly Broken[] {
  const names = validation.subjectAlternativeNames?.match.exact ?? [];
  const given = memberPath(path, 'validation.subjectAlternativeNames');
  const found = names.flatMap((value, index): readonly Broken[] => {
    if (enforce === false || !value.includes('*')) return [];
    const constraint = 'Member must be a name without * if the policy is enforced';
    const at = elementPath(memberPath(given, 'match.exact'), index);
    return [{ rule: 'tls-wildcard-name', path: at, value, constraint }];
  });
  if (validation.trust.sds === undefined || names.length > 0) return found;
  const constraint = 'Member must have at least one name if validation.trust.sds is set';
  return [
    ...found,
    { rule: 'tls-sds-names', path: given, value: validation.subjectAlternativeNames, constraint },
  ];
}
