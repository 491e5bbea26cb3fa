import type { TaskDefinition } from './definition.ts';

/** Addresses that ECS's agent exempts, even if `EgressIgnoredIPs` does not list them. */
const ALWAYS_EXEMPT = ['169.254.170.2', '169.254.169.254'];

/** ECS uses the first ports of a list. */
const MOST_PORTS = 15;

/**
 * Returns the iptables commands that ECS's network plugin runs in the network of a task with a `proxyConfiguration`, in its order.
 * https://github.com/aws/amazon-vpc-cni-plugins, plugins/aws-appmesh
 * @throws Error with the name of a missing property
 */
export function redirectRules({ proxyConfiguration }: TaskDefinition): readonly string[] {
  if (proxyConfiguration === undefined) return [];
  const properties = new Map(proxyConfiguration.properties.map(({ name, value }) => [name, value]));
  const list = (name: string): readonly string[] =>
    (properties.get(name) ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  const [user, group] = [properties.get('IgnoredUID'), properties.get('IgnoredGID')];
  if (user === undefined && group === undefined) throw new Error('IgnoredUID or IgnoredGID is needed');
  const egress = properties.get('ProxyEgressPort');
  if (egress === undefined) throw new Error('ProxyEgressPort is needed');
  const ingress = properties.get('ProxyIngressPort');
  const appPorts = list('AppPorts').slice(0, MOST_PORTS);
  if ((ingress === undefined) !== (appPorts.length === 0)) {
    throw new Error('AppPorts and ProxyIngressPort need each other');
  }
  const ports = list('EgressIgnoredPorts').slice(0, MOST_PORTS);
  const addresses = list('EgressIgnoredIPs').filter((each) => !each.includes(':'));
  const exempt = [...addresses, ...ALWAYS_EXEMPT.filter((each) => !addresses.includes(each))];
  return [
    ...(ingress === undefined
      ? []
      : [
          '-N APPMESH_INGRESS',
          `-A APPMESH_INGRESS -p tcp -m multiport --dports ${appPorts.join(',')} -j REDIRECT --to-port ${ingress}`,
          '-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j APPMESH_INGRESS',
        ]),
    '-N APPMESH_EGRESS',
    ...(user === undefined ? [] : [`-A APPMESH_EGRESS -m owner --uid-owner ${user} -j RETURN`]),
    ...(group === undefined ? [] : [`-A APPMESH_EGRESS -m owner --gid-owner ${group} -j RETURN`]),
    ...(ports.length === 0
      ? []
      : [`-A APPMESH_EGRESS -p tcp -m multiport --dports ${ports.join(',')} -j RETURN`]),
    ...exempt.map((each) => `-A APPMESH_EGRESS -p tcp -d ${each} -j RETURN`),
    `-A APPMESH_EGRESS -p tcp -j REDIRECT --to ${egress}`,
    '-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS',
  ].map((rule) => `iptables --wait -t nat ${rule}`);
}
