import type { ClientPolicyTls, VirtualGatewayClientPolicyTls } from '../../model/types.ts';
import { elementPath, memberPath, type Violation } from '../violation.ts';

/**
 * The TLS of a client policy. Names are compared whole, so a wildcard in one that is enforced would match nothing; and
 * authorities from a secret discovery socket vouch for SPIFFE ids, which no service discovery knows.
 */
export function clientPolicyTls(
  { enforce, validation }: ClientPolicyTls | VirtualGatewayClientPolicyTls,
  path: string,
): readonly Violation[] {
  const names = validation.subjectAlternativeNames?.match.exact ?? [];
  const given = memberPath(path, 'validation.subjectAlternativeNames');
  const found = names.flatMap((value, index): readonly Violation[] => {
    if (enforce === false || !value.includes('*')) return [];
    const constraint = 'Member must be a name without * where the policy is enforced';
    return [{ path: elementPath(memberPath(given, 'match.exact'), index), value, constraint }];
  });
  if (validation.trust.sds === undefined || names.length > 0) return found;
  const constraint = 'Member must name one at least where validation.trust.sds is set';
  return [...found, { path: given, value: validation.subjectAlternativeNames, constraint }];
}
