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
  if (instances.some((instance) => isAt(instance, from))) return onlyAt(instances, from);
  return addresses.flatMap((address) => onlyAt(instances, address));
}

/**
 * Returns the instances at an address if they are one task. Tasks of one host may share its address, at different ports (`bridge` and
 * `host` mode of ECS): nothing says which of them drains.
 */
function onlyAt(instances: readonly Instance[], address: string): readonly Instance[] {
  const there = instances.filter((instance) => isAt(instance, address));
  return new Set(there.map(({ port }) => port)).size > 1 ? [] : there;
}

function isAt({ ipv4, ipv6 }: Instance, address: string): boolean {
  return ipv4 === address || ipv6 === address;
}
