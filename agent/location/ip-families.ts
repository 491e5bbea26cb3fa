import { list, object } from './fact.ts';

/** The families of IP addresses of a task, in App Mesh's words. */
export type IpFamilies = 'IPv4_ONLY' | 'IPv6_ONLY' | 'ALL';

type Container = Readonly<Record<string, unknown>>;

/**
 * Returns the families of a task's addresses from the containers in its metadata. In awsvpc mode, all containers have the task's
 * addresses; in bridge mode, only the pause container has all of them. Undefined for the other modes, as in App Mesh's agent.
 */
export function ipFamilies(containers: readonly unknown[]): IpFamilies | undefined {
  const all = containers.map(object);
  const mode = all.flatMap(networks).map(({ NetworkMode }) => NetworkMode)[0];
  if (mode === 'awsvpc') return familiesOf(all[0]);
  return mode === 'bridge' ? familiesOf(all.find(({ Type }) => Type === 'CNI_PAUSE')) : undefined;
}

function familiesOf(container: Container | undefined): IpFamilies | undefined {
  if (container === undefined) return undefined;
  const has = (name: string) => networks(container).some((network) => list(network[name]).length > 0);
  const [ipv4, ipv6] = [has('IPv4Addresses'), has('IPv6Addresses')];
  if (ipv4 && ipv6) return 'ALL';
  if (ipv4) return 'IPv4_ONLY';
  return ipv6 ? 'IPv6_ONLY' : undefined;
}

function networks(container: Container): readonly Readonly<Record<string, unknown>>[] {
  return list(container['Networks']).map(object);
}
