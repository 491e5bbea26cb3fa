import { boolean, integer, oneOf, port } from '../../common/settings.ts';
import { cidr, type Cidr, type Family } from '../../common/addresses/ip-range.ts';
import { withMetadata, withSsh } from './always-exempt.ts';
import { compileRawSettings, type RawSettings, type SettingReader } from './raw-settings.ts';
import { interfaceName } from './interface-name.ts';
import { allOr, items } from './lists.ts';
import { portRange, splitForMultiport, type PortRange } from './ports.ts';

/** Settings of the rules. Every value is a number, an address or a validated name; no unchecked text reaches a rule. */
export type ProxyinitSettings = {
  /** Owners whose traffic bypasses Envoy: Envoy's own. At least one of the two lists is not empty. */
  readonly ignoredUids: readonly number[];
  readonly ignoredGids: readonly number[];
  /** Envoy's port for inbound traffic of the app's ports. */
  readonly ingressPort: number;
  /** Envoy's port for the app's outbound traffic. */
  readonly egressPort: number;
  /** Inbound ports to redirect. An empty list means no inbound rules. */
  readonly appPorts: readonly PortRange[] | 'all';
  /** Inbound ports and sources that are exempt, and the only sources that are redirected; no source means any. */
  readonly ingressIgnoredPorts: readonly PortRange[];
  readonly ingressIgnoredAddresses: readonly Cidr[];
  readonly ingressOnly: { readonly addresses: readonly Cidr[] };
  /** Exempt destination ports, including port 22 unless `interceptSsh` is set. */
  readonly ignoredPorts: readonly PortRange[];
  /** Exempt destinations of both families, in the given order, always including the metadata addresses. */
  readonly ignoredAddresses: readonly Cidr[];
  /** The only outbound traffic that is redirected: it has to match all three lists; an empty list matches any traffic. */
  readonly egressOnly: {
    readonly ports: readonly PortRange[];
    readonly addresses: readonly Cidr[];
    readonly uids: readonly number[];
  };
  /** Exempt interfaces, in iptables' syntax: a `+` at the end matches any suffix. */
  readonly ignoredInterfaces: readonly string[];
  readonly interceptSsh: boolean;
  /** The resolver's port, and the servers whose queries are redirected to it. Undefined: DNS is not redirected. */
  readonly dns: { readonly port: number; readonly servers: readonly Cidr[] | 'all' } | undefined;
  readonly dropInvalid: boolean;
  /** At least one family. */
  readonly families: readonly Family[];
  /** Whether `apply` applies the rules at once, or waits for commands on stdin. */
  readonly startEnabled: boolean;
  readonly guard: boolean;
};

/** How iptables is used. */
export type RunSettings = {
  /** Time limit for each lock, ours and that of iptables, in seconds. */
  readonly wait: number;
  readonly backend: 'auto' | 'nft' | 'legacy';
};

/** Envoy's user in every App Mesh example. */
const ENVOY_UID = 1337;

/** Default port of a resolver on the node. */
const DNS_PORT = 15_053;

const WAIT_SECONDS = 60;

/** Bound of the number of rules, well above any real use. */
const MAX_COMBINATIONS = 1024;

/** An id that an iptables owner match accepts; 2^32-1 means "no user". */
const id = integer(0, 4_294_967_294);

/**
 * Compiles the settings of the rules. Defaults: uid 1337 if neither uid nor gid is set, ports 15000 and 15001, no app ports, IPv4 only,
 * and no features beyond App Mesh's.
 * @throws SettingsError with all problems
 */
export function readProxyinitSettings(given: RawSettings): Readonly<ProxyinitSettings> {
  return compileRawSettings(given, (reader) => {
    const { read } = reader;
    readRun(reader);
    const uids = read('ignoredUids', items(id), []);
    const ignoredGids = read('ignoredGids', items(id), []);
    const interceptSsh = read('interceptSsh', boolean, false);
    const ports = readPorts(reader);
    return {
      ignoredUids: uids.length === 0 && ignoredGids.length === 0 ? [ENVOY_UID] : uids,
      ignoredGids,
      ...ports,
      appPorts: read('appPorts', allOr(items(portRange)), []),
      ingressIgnoredPorts: read('ingressIgnoredPorts', items(portRange), []),
      ingressIgnoredAddresses: read('ingressIgnoredAddresses', items(cidr), []),
      ingressOnly: { addresses: read('ingressAddresses', items(cidr), []) },
      ignoredPorts: withSsh(read('ignoredPorts', items(portRange), []), interceptSsh),
      ignoredAddresses: withMetadata(read('ignoredAddresses', items(cidr), [])),
      egressOnly: readEgressOnly(reader),
      ignoredInterfaces: read('ignoredInterfaces', items(interfaceName), []),
      interceptSsh,
      dns: readDns(reader, given.nameservers),
      dropInvalid: read('dropInvalid', boolean, false),
      families: readFamilies(reader),
      startEnabled: read('startEnabled', boolean, true),
      guard: read('guard', boolean, false),
    };
  });
}

/**
 * Compiles how iptables is used. The removal of rules needs only these settings.
 * @throws SettingsError with all problems
 */
export function readRunSettings(given: RawSettings): Readonly<RunSettings> {
  return compileRawSettings({ ...given, problems: [] }, readRun);
}

function readRun({ read }: SettingReader): RunSettings {
  return {
    wait: read('wait', integer(0, 3600), WAIT_SECONDS),
    backend: read('backend', oneOf('auto', 'nft', 'legacy'), 'auto'),
  };
}

function readPorts({ read, problem }: SettingReader): { ingressPort: number; egressPort: number } {
  const ingressPort = read('ingressPort', port, 15_000);
  const egressPort = read('egressPort', port, 15_001);
  if (ingressPort === egressPort) {
    problem('egressPort', `a port other than ${ingressPort}, the port for inbound traffic`);
  }
  return { ingressPort, egressPort };
}

function readEgressOnly({ read, problem }: SettingReader): ProxyinitSettings['egressOnly'] {
  const only = {
    ports: read('egressPorts', items(portRange), []),
    addresses: read('egressAddresses', items(cidr), []),
    uids: read('egressUids', items(id), []),
  };
  const sizes = [splitForMultiport(only.ports).length, only.addresses.length, only.uids.length];
  const combinations = sizes.reduce((product, size) => product * Math.max(1, size), 1);
  if (combinations > MAX_COMBINATIONS) {
    const wanted = `fewer addresses, ports or users: together at most ${MAX_COMBINATIONS} rules, not ${combinations}`;
    problem('egressAddresses', wanted);
  }
  return only;
}

function readDns({ read, problem }: SettingReader, nameservers: readonly string[]): ProxyinitSettings['dns'] {
  const port_ = read('dnsPort', port, DNS_PORT);
  const given = read('dnsServers', allOr(items(cidr)), undefined);
  if (!read('dns', boolean, false)) return undefined;
  const found = nameservers.flatMap((name) => {
    const parsed = cidr(name);
    return 'value' in parsed ? [parsed.value] : [];
  });
  if (given === undefined && found.length === 0) {
    problem('dnsServers', 'addresses of DNS servers, or all: /etc/resolv.conf names none');
  }
  return { port: port_, servers: given ?? found };
}

function readFamilies({ read, problem }: SettingReader): readonly Family[] {
  const ipv4 = read('ipv4', boolean, true);
  const ipv6 = read('ipv6', boolean, false);
  if (!ipv4 && !ipv6) problem('ipv4', '1, unless rules for IPv6 are enabled');
  return [...(ipv4 ? (['ipv4'] as const) : []), ...(ipv6 ? (['ipv6'] as const) : [])];
}
