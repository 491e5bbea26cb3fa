import type { Instance, Leaving } from '../../external-inputs.ts';

/**
 * Leaves out instances that drain. An agent that connects from an address of the service takes out only the instances with that
 * address; other agents, behind an address translation, those with an address that they name. If all instances drain, all
 * stay: trying them is better than having no host.
 */
export function withoutLeaving(
  instances: readonly Instance[],
  leaving: readonly Leaving[],
): readonly Instance[] {
  if (leaving.length === 0) return instances;
  const out = new Set(leaving.flatMap((each) => takenOut(instances, each)));
  const staying = instances.filter((instance) => !out.has(instance));
  return staying.length > 0 ? staying : instances;
}

function takenOut(instances: readonly Instance[], { from, addresses }: Leaving): readonly Instance[] {
  const own = instances.filter((instance) => hasOneOf(instance, [from]));
  return own.length > 0 ? own : instances.filter((instance) => hasOneOf(instance, addresses));
}

function hasOneOf({ ipv4, ipv6 }: Instance, addresses: readonly string[]): boolean {
  return [ipv4, ipv6].some((address) => address !== undefined && addresses.includes(address));
}
