import { cidr, covers, type Cidr, type Family } from '../../common/addresses/ip-range.ts';
import { SSH, type PortRange } from '../settings/ports.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/** User and group that open a connection. */
export type Owner = { readonly uid: number; readonly gid: number };

/** A connection to try. `arrives`: the port of this host where it has to arrive; undefined if it has to bypass Envoy. */
export type Probe = {
  readonly family: Family;
  /** Description that begins with the direction. */
  readonly what: string;
  readonly port: number;
  readonly arrives: number | undefined;
};

/** An outbound probe: its owner, and possible addresses, of which the first with a route is used. */
export type OutProbe = Probe & { readonly owner: Owner; readonly addresses: readonly string[] };

/** An inbound probe. `to`: the address of this host. */
export type InProbe = Probe & { readonly to: string };

/** A probe that cannot be sent, with the reason. */
export type Untried = { readonly family: Family; readonly what: string; readonly because: string };

/** Documentation addresses (RFC 5737, RFC 3849): the destination of outbound probes, and the veth pair of inbound ones. */
const NOWHERE = { ipv4: '192.0.2.1', ipv6: '2001:db8::1' } as const;
export const WIRE = {
  ipv4: { here: '198.51.100.1', there: '198.51.100.2', prefix: 30 },
  ipv6: { here: '2001:db8:1::1', there: '2001:db8:1::2', prefix: 64 },
} as const;

/** Candidate ports for probes, in this order; the first is `discard`. */
const PORTS = [9, 7, 80, 443, 8080, 9000, 19, 22, 1];

/** Users that are unlikely to be Envoy's. */
const USERS = [65_534, 1000, 1001, 0];

/** Returns the outbound probes of a family. `neighbours`: addresses of this host's networks that are not the host's own. */
export function outProbes(
  settings: ProxyinitSettings,
  family: Family,
  neighbours: readonly string[],
): readonly (OutProbe | Untried)[] {
  const what = 'out';
  const { ignoredPorts, ignoredAddresses, egressOnly, egressPort } = settings;
  const redirected = (address: string) => {
    const one = parsed(address);
    const only = egressOnly.addresses;
    return (
      !ignoredAddresses.some((range) => covers(range, one)) &&
      (only.length === 0 || only.some((range) => covers(range, one)))
    );
  };
  const wished = egressOnly.addresses
    .filter((range) => range.family === family)
    .map(({ address }) => address);
  const addresses = [NOWHERE[family], ...neighbours, ...wished].filter(redirected);
  const port = (egressOnly.ports.length === 0 ? PORTS : egressOnly.ports.map(({ first }) => first)).find(
    (candidate) => !contains(ignoredPorts, candidate),
  );
  const app = appOwner(settings);
  if (addresses.length === 0) return [{ family, what, because: 'the settings exempt all addresses' }];
  if (port === undefined) return [{ family, what, because: 'the settings exempt all ports' }];
  if (app === undefined) return [{ family, what, because: 'the settings exempt all users' }];
  const probe = { family, port, addresses };
  return [
    { ...probe, what: `out, as uid ${app.uid}`, owner: app, arrives: egressPort },
    ...envoyOwners(settings, app).map(({ owner, who }) => {
      return { ...probe, what: `out, as Envoy (${who})`, owner, arrives: undefined };
    }),
  ];
}

/** Returns the inbound probes of a family; none without inbound rules. */
export function inProbes(settings: ProxyinitSettings, family: Family): readonly (InProbe | Untried)[] {
  const { appPorts, ingressIgnoredPorts, ingressIgnoredAddresses, ingressOnly, interceptSsh } = settings;
  if (appPorts !== 'all' && appPorts.length === 0) return [];
  const { here, there } = WIRE[family];
  const from = parsed(there);
  const only = ingressOnly.addresses;
  const admitted = only.length === 0 || only.some((range) => covers(range, from));
  if (!admitted || ingressIgnoredAddresses.some((range) => covers(range, from))) {
    return [{ family, what: 'in', because: `the settings exempt ${there}, where probes come from` }];
  }
  const exempt = [...(interceptSsh ? [] : [SSH]), ...ingressIgnoredPorts];
  const candidates = appPorts === 'all' ? PORTS : appPorts.flatMap(({ first, last }) => [first, last]);
  const port = candidates.find((candidate) => !contains(exempt, candidate));
  if (port === undefined) return [{ family, what: 'in', because: 'the settings exempt all ports' }];
  const other = [...PORTS, 2, 3, 4].find((candidate) => {
    return contains(exempt, candidate) || (appPorts !== 'all' && !contains(appPorts, candidate));
  });
  return [
    { family, what: 'in', to: here, port, arrives: settings.ingressPort },
    ...(other === undefined ? [] : [{ family, what: 'in', to: here, port: other, arrives: undefined }]),
  ];
}

/** Returns the probes of DNS over TCP, which are also the targets of queries over UDP. */
export function dnsProbes(settings: ProxyinitSettings, family: Family): readonly OutProbe[] {
  const owner = appOwner(settings);
  if (settings.dns === undefined || owner === undefined) return [];
  const { servers, port } = settings.dns;
  const addresses =
    servers === 'all'
      ? [NOWHERE[family]]
      : servers.filter((range) => range.family === family).map(({ address }) => address);
  if (addresses.length === 0) return [];
  return [{ family, what: `DNS, as uid ${owner.uid}`, owner, addresses, port: 53, arrives: port }];
}

/** Returns an owner whose traffic the settings redirect. */
export function appOwner({ ignoredUids, ignoredGids, egressOnly }: ProxyinitSettings): Owner | undefined {
  const uid = (egressOnly.uids.length === 0 ? USERS : egressOnly.uids).find(
    (one) => !ignoredUids.includes(one),
  );
  const gid = USERS.find((one) => !ignoredGids.includes(one));
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function envoyOwners({ ignoredUids, ignoredGids }: ProxyinitSettings, app: Owner) {
  return [
    ...ignoredUids.map((uid) => ({ owner: { ...app, uid }, who: `uid ${uid}` })),
    ...ignoredGids.map((gid) => ({ owner: { ...app, gid }, who: `gid ${gid}` })),
  ];
}

function contains(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some(({ first, last }) => first <= port && port <= last);
}

function parsed(address: string): Cidr {
  const result = cidr(address);
  if ('value' in result) return result.value;
  throw new TypeError(`${address} is ${result.wanted}`);
}
