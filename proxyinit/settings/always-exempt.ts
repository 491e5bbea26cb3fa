import { covers, type Cidr } from '../../common/addresses/ip-range.ts';
import { SSH, type PortRange } from './ports.ts';

/** Instance metadata, ECS task credentials, instance metadata over IPv6: an app needs these for its credentials. */
const METADATA: readonly Cidr[] = [
  { family: 'ipv4', address: '169.254.169.254', prefix: 32 },
  { family: 'ipv4', address: '169.254.170.2', prefix: 32 },
  { family: 'ipv6', address: 'fd00:ec2::254', prefix: 128 },
];

/** Adds port 22 unless it is included already, because a mistake could lock the operator out of SSH. */
export function withSsh(given: readonly PortRange[], interceptSsh: boolean): readonly PortRange[] {
  const exempt = given.some(({ first, last }) => first <= SSH.first && SSH.last <= last);
  return exempt || interceptSsh ? given : [...given, SSH];
}

/** Appends the metadata addresses that are not covered yet. They are always exempt. */
export function withMetadata(given: readonly Cidr[]): readonly Cidr[] {
  const missing = METADATA.filter((address) => !given.some((range) => covers(range, address)));
  return [...given, ...missing];
}
