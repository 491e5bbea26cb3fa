import { boolean, integer, oneOf, port } from '../../common/settings.ts';
import { cidr, type Cidr, type Family } from '../../common/ip-range.ts';
import { withMetadata, withSsh } from './always-exempt.ts';
import { compileGiven, type Given, type SettingReader } from './given.ts';
import { interfaceName } from './interface-name.ts';
import { allOr, items } from './lists.ts';
import { portRange, splitForMultiport, type PortRange } from './ports.ts';

/** What the rules are made from. Every value is a number, an address or a name of checked form: no text gets through as it came. */
export type ProxyinitSettings = {
  /** Whose traffic passes by Envoy: Envoy's own. At least one of the two has something. */
  readonly ignoredUids: readonly number[];
  readonly ignoredGids: readonly number[];
  /** Where inbound traffic of the app's ports is sent. */
  readonly ingressPort: number;
  /** Where the app's outbound traffic is sent. */
  readonly egressPort: number;
  /** Inbound ports to intercept; none of them means no inbound rules. */
  readonly appPorts: readonly PortRange[] | 'all';
  /** Inbound traffic that is left alone all the same, and the only sources that are not: no source means any. */
  readonly ingressIgnoredPorts: readonly PortRange[];
  readonly ingressIgnoredAddresses: readonly Cidr[];
  readonly ingressOnly: { readonly addresses: readonly Cidr[] };
  /** Destination ports left alone, port 22 among them unless SSH is intercepted. */
  readonly ignoredPorts: readonly PortRange[];
  /** Destinations left alone, the metadata addresses always among them; those of both families, in the order given. */
  readonly ignoredAddresses: readonly Cidr[];
  /** The only outbound traffic that is redirected: all of these have to be met, and an empty list is met by anything. */
  readonly egressOnly: {
    readonly ports: readonly PortRange[];
    readonly addresses: readonly Cidr[];
    readonly uids: readonly number[];
  };
  /** Names as iptables takes them; a `+` at the end stands for any rest. */
  readonly ignoredInterfaces: readonly string[];
  readonly interceptSsh: boolean;
  /** Where DNS questions are sent, and to whom they have to be addressed. Default: they are left alone. */
  readonly dns: { readonly port: number; readonly servers: readonly Cidr[] | 'all' } | undefined;
  readonly dropInvalid: boolean;
  /** At least one. */
  readonly families: readonly Family[];
  /** Whether `apply` applies, or waits for commands on stdin. */
  readonly startEnabled: boolean;
  readonly guard: boolean;
};

/** How iptables is used. */
export type RunSettings = {
  /** How long to wait for the lock of each, ours and that of iptables, in seconds. */
  readonly wait: number;
  readonly backend: 'auto' | 'nft' | 'legacy';
};

/** Envoy's user in every App Mesh example. */
const ENVOY_UID = 1337;

/** Where a resolver beside Envoy listens. */
const DNS_PORT = 15_053;

const WAIT_SECONDS = 60;

/** More rules than anyone needs. */
const MAX_COMBINATIONS = 1024;

/** What an iptables owner match takes; 2^32-1 stands for "no user". */
const id = integer(0, 4_294_967_294);

/**
 * Compiles what the rules are made from. Unset: uid 1337 where neither uid nor gid is given, ports 15000 and 15001, no app
 * ports, IPv4 only, and nothing that App Mesh did not do.
 * @throws SettingsError that lists every problem.
 */
export function readProxyinitSettings(given: Given): Readonly<ProxyinitSettings> {
  return compileGiven(given, (reader) => {
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
 * Compiles how iptables is used, which is all that taking rules away needs to know.
 * @throws SettingsError that lists every problem.
 */
export function readRunSettings(given: Given): Readonly<RunSettings> {
  return compileGiven({ ...given, problems: [] }, readRun);
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
    problem('egressPort', `another port than that for inbound traffic, which is ${ingressPort} too`);
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
    const wanted = `with the ports and users so few that it takes at most ${MAX_COMBINATIONS} rules, not ${combinations}`;
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
  if (!ipv4 && !ipv6) problem('ipv4', '1, unless there are to be rules for IPv6');
  return [...(ipv4 ? (['ipv4'] as const) : []), ...(ipv6 ? (['ipv6'] as const) : [])];
}
