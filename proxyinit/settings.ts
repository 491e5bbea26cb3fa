import { boolean, compileSettings, integer, list, port, type Parser } from '../common/settings.ts';
import { cidr, covers, type Cidr } from './address.ts';
import { portRange, formatPorts, type PortRange } from './ports.ts';

/** What the rules are made from. Every value is a number or an address in canonical form: no text of the environment gets through. */
export type ProxyinitSettings = {
  /** Whose traffic passes by Envoy: Envoy's own. At least one of the two is there. */
  readonly ignoredUid: number | undefined;
  readonly ignoredGid: number | undefined;
  /** Where inbound traffic of the app's ports is sent. */
  readonly ingressPort: number;
  /** Where the app's outbound traffic is sent. */
  readonly egressPort: number;
  /** Inbound ports to intercept; none of them means no inbound rules. */
  readonly appPorts: readonly PortRange[];
  /** Destination ports left alone, port 22 always among them. */
  readonly ignoredPorts: readonly PortRange[];
  /** Destinations left alone, the metadata addresses always among them; those of both families, in the order given. */
  readonly ignoredAddresses: readonly Cidr[];
  readonly ipv6: boolean;
};

/** Envoy's user in every App Mesh example. */
const ENVOY_UID = 1337;

/** What an iptables owner match takes; 2^32-1 stands for "no user". */
const id = integer(0, 4_294_967_294);

const SSH: PortRange = { first: 22, last: 22 };

/** Instance metadata, ECS task credentials, instance metadata over IPv6: an app without these loses its credentials. */
const METADATA: readonly Cidr[] = [
  { family: 'ipv4', address: '169.254.169.254', prefix: 32 },
  { family: 'ipv4', address: '169.254.170.2', prefix: 32 },
  { family: 'ipv6', address: 'fd00:ec2::254', prefix: 128 },
];

/**
 * Reads App Mesh's route manager variables. Unset: uid 1337 where neither uid nor gid is given, ports 15000 and 15001,
 * no app ports, IPv4 only.
 * @throws SettingsError that lists every problem.
 */
export function readProxyinitSettings(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<ProxyinitSettings> {
  return compileSettings(env, (read) => {
    read('APPMESH_START_ENABLED', startEnabled, true);
    const uid = read('APPMESH_IGNORE_UID', id, undefined);
    const ignoredGid = read('APPMESH_IGNORE_GID', id, undefined);
    const ingressPort = read('APPMESH_ENVOY_INGRESS_PORT', port, 15_000);
    const egressPort = read('APPMESH_ENVOY_EGRESS_PORT', port, 15_001);
    if (ingressPort === egressPort) {
      const wanted = `another port than APPMESH_ENVOY_INGRESS_PORT, which is ${ingressPort} too`;
      read.problem({ name: 'APPMESH_ENVOY_EGRESS_PORT', got: `${egressPort}`, wanted });
    }
    return {
      ignoredUid: uid ?? (ignoredGid === undefined ? ENVOY_UID : undefined),
      ignoredGid,
      ingressPort,
      egressPort,
      appPorts: distinct(read('APPMESH_APP_PORTS', list(portRange), []), formatPorts),
      ignoredPorts: withSsh(read('APPMESH_EGRESS_IGNORED_PORTS', list(portRange), [])),
      ignoredAddresses: withMetadata(read('APPMESH_EGRESS_IGNORED_IP', list(cidr), [])),
      ipv6: read('APPMESH_ENABLE_IPV6', boolean, false),
    };
  });
}

const startEnabled: Parser<boolean> = (text) => {
  const parsed = boolean(text);
  return 'value' in parsed && parsed.value
    ? parsed
    : {
        wanted:
          '1, or not set: rules are always applied; commands on stdin (0) are not served by this version',
      };
};

/** Port 22 is left alone even if nobody says so, or a mistake would lock the operator out; it never gets a second rule. */
function withSsh(given: readonly PortRange[]): readonly PortRange[] {
  const exempt = given.some(({ first, last }) => first <= SSH.first && SSH.last <= last);
  return distinct(exempt ? given : [...given, SSH], formatPorts);
}

function withMetadata(given: readonly Cidr[]): readonly Cidr[] {
  const missing = METADATA.filter((address) => !given.some((range) => covers(range, address)));
  return distinct([...given, ...missing], ({ address, prefix }) => `${address}/${prefix}`);
}

function distinct<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
