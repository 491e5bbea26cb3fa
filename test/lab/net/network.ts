import { runCommand } from '../programs/command.ts';
import { ip } from './ip.ts';
import { address, address6, OURS, SWITCH, type Subnet } from './subnet.ts';

const BRIDGE = 'bridge';

/**
 * Makes the switch of a lab: a namespace with a bridge, connected to our own namespace by the interface `link`. It forwards, but has no route out: an
 * address elsewhere is reported as unreachable at once.
 */
export async function buildSwitch(namespace: string, link: string, subnet: Subnet): Promise<void> {
  await ip([
    `netns add ${namespace}`,
    `link add ${link} type veth peer name ours netns ${namespace}`,
    ...addresses(link, subnet, OURS),
    `link set ${link} up`,
  ]);
  const lines = [
    'link set lo up',
    `link add ${BRIDGE} type bridge`,
    ...addresses(BRIDGE, subnet, SWITCH),
    `link set ${BRIDGE} up`,
    `link set ours master ${BRIDGE}`,
    'link set ours up',
  ];
  await ip(lines, namespace);
  const forward = 'cd /proc/sys/net; echo 1 >ipv4/ip_forward; echo 1 >ipv6/conf/all/forwarding';
  await runCommand(namespace, 'sh', ['-ec', forward], {});
}

/** Makes a host: a namespace with lo and eth0. eth0 is connected to the switch, which is the default gateway. */
export async function buildHost(
  namespace: string,
  switchNamespace: string,
  subnet: Subnet,
  host: number,
): Promise<void> {
  const port = `host${host}`;
  await ip([
    `netns add ${namespace}`,
    `link add ${port} netns ${switchNamespace} type veth peer name eth0 netns ${namespace}`,
  ]);
  await ip([`link set ${port} master ${BRIDGE}`, `link set ${port} up`], switchNamespace);
  const lines = [
    'link set lo up',
    ...addresses('eth0', subnet, host),
    'link set eth0 up',
    `route add 0.0.0.0/0 via ${address(subnet, SWITCH)}`,
    `route add ::/0 via ${address6(subnet, SWITCH)}`,
  ];
  await ip(lines, namespace);
}

/** `nodad`: without it an IPv6 address cannot be used for its first second. A generated link-local address would not have it. */
function addresses(link: string, subnet: Subnet, host: number): string[] {
  return [
    `link set ${link} addrgenmode none`,
    `address add ${address(subnet, host)}/24 dev ${link}`,
    `address add ${address6(subnet, host)}/64 dev ${link} nodad`,
  ];
}
