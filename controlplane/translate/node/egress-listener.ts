import { byAddress, toChain, type OnMatchInit } from '../../../common/addresses/address-matcher.ts';
import type { ChainAddresses } from '../../../common/addresses/chain-addresses.ts';
import type { Resource } from '../../../xds/types.ts';
import { byPort, byServerName, type ChainMatcherInit } from '../envoy/chain-matcher.ts';
import { connectionManager, type AccessLogInit } from '../envoy/connection-manager.ts';
import {
  chain,
  closing,
  tcpProxy,
  type FilterChainInit,
  type FilterChainMatchInit,
} from '../envoy/filter-chains.ts';
import { discoveredFilter } from '../envoy/filter-discovery.ts';
import { originalDestination, tlsInspectorOn } from '../envoy/listener-filters.ts';
import { listener } from '../envoy/listener.ts';
import { outboundRequestLog, outboundTcpLog, upstreamLog } from '../envoy/metric-extension/metrics.ts';
import * as names from '../names.ts';
import { connectionFilter } from './connections.ts';
import {
  CLOSED_CHAIN,
  leadToTheSame,
  listenerNames,
  TLS_PORT,
  type Outbound,
  type OutboundConnections,
  type OutboundPort,
} from './outbound.ts';
import { ownPorts } from './own-ports.ts';

/** The SNI on port 443 that every mesh lets out. */
const AMAZON = '*.amazonaws.com';
const AMAZON_CHAIN = 'egress_amazonaws';
const ALLOW_ALL_CHAIN = 'egress_allow_all';

/** The addresses of each port's chains. */
export type PortAddresses = ReadonlyMap<number, readonly ChainAddresses[]>;

/**
 * Returns the listener of all outbound traffic of a virtual node: per port one chain for requests and one per TCP backend, one
 * chain for AWS's own services, and with ALLOW_ALL a default. Without any chain, a connection is closed.
 */
export function egressListener(
  outbound: Outbound,
  accessLog: readonly AccessLogInit[],
  addresses: PortAddresses,
): Resource {
  const { listen, form, options } = outbound;
  return listener(names.egressListener(), {
    address: listen,
    port: names.EGRESS_PORT,
    direction: 'outbound',
    filters: [originalDestination(), tlsInspectorOn(TLS_PORT)],
    ...(form === 'match'
      ? { chains: matchedChains(outbound, accessLog) }
      : { chains: allChains(outbound, accessLog), matcher: matcherOf(outbound, addresses) }),
    names: options.names ? listenerNames(outbound) : {},
  });
}

/** Returns chains that match one port each. */
function matchedChains(outbound: Outbound, accessLog: readonly AccessLogInit[]): readonly FilterChainInit[] {
  const { mesh, ports, allowsAll } = outbound;
  const backends = ports.flatMap((port) =>
    portChains(port, accessLog, outbound, { destinationPort: port.port }),
  );
  const amazon = { destinationPort: TLS_PORT, serverNames: [AMAZON] };
  return [
    ...backends,
    chain(AMAZON_CHAIN, amazon, passThrough(names.amazonCluster(mesh))),
    ...(allowsAll ? allowAll(mesh, ports) : []),
    ...ownPorts(),
  ];
}

/** Port 443 needs its own chain, because the chain for AWS's services hides the catch-all there. */
function allowAll(mesh: string, ports: readonly OutboundPort[]): readonly FilterChainInit[] {
  const filter = passThrough(names.allowAllCluster(mesh));
  const taken = ports.some(({ port }) => port === TLS_PORT);
  const match = { destinationPort: TLS_PORT };
  return [
    ...(taken ? [] : [chain(`${ALLOW_ALL_CHAIN}_${TLS_PORT}`, match, filter)]),
    chain(ALLOW_ALL_CHAIN, {}, filter),
  ];
}

/** Returns the chains that the matcher chooses among. */
function allChains(outbound: Outbound, accessLog: readonly AccessLogInit[]): readonly FilterChainInit[] {
  const { mesh, ports, allowsAll } = outbound;
  return [
    ...ports.flatMap((port) => portChains(port, accessLog, outbound, undefined)),
    chain(AMAZON_CHAIN, undefined, passThrough(names.amazonCluster(mesh))),
    ...(allowsAll ? [chain(ALLOW_ALL_CHAIN, undefined, passThrough(names.allowAllCluster(mesh)))] : []),
    chain(CLOSED_CHAIN, undefined, closing()),
  ];
}

function portChains(
  { requests, connections }: OutboundPort,
  accessLog: readonly AccessLogInit[],
  { options, source }: Pick<Outbound, 'options' | 'source'>,
  match: FilterChainMatchInit | undefined,
): readonly FilterChainInit[] {
  const statPrefix = names.EGRESS_STATS;
  const manager =
    requests &&
    connectionManager(
      {
        place: 'egress',
        statPrefix,
        routes: requests.routes,
        accessLog: [...accessLog, ...outboundRequestLog(source)],
        upstreamLog: upstreamLog(source),
      },
      options,
    );
  return [
    ...(requests === undefined || manager === undefined ? [] : [chain(requests.chain, match, manager)]),
    ...connections.map(({ chain: name, service, inline }) => {
      const log = outboundTcpLog(source, service);
      return chain(
        name,
        match,
        inline === undefined ? discoveredFilter(name) : connectionFilter(inline, log),
      );
    }),
  ];
}

function passThrough(cluster: string): ReturnType<typeof tcpProxy> {
  return tcpProxy(names.EGRESS_STATS, [{ cluster, weight: 1 }], { idle: undefined });
}

/** Returns the matcher, which chooses the chain of a connection. */
function matcherOf(outbound: Outbound, addresses: PortAddresses): ChainMatcherInit {
  const { ports, allowsAll } = outbound;
  const choices = new Map<string, OnMatchInit>(
    [names.INGRESS_PORT, names.EGRESS_PORT].map((port) => [String(port), toChain(CLOSED_CHAIN)]),
  );
  for (const port of ports.filter((each) => each.port !== TLS_PORT)) {
    const choice = choiceOf(outbound, port, addresses.get(port.port) ?? []);
    if (choice !== undefined) choices.set(String(port.port), choice);
  }
  const onTlsPort = ports.find((each) => each.port === TLS_PORT);
  choices.set(String(TLS_PORT), tlsChoice(outbound, onTlsPort));
  return byPort(choices, allowsAll ? toChain(ALLOW_ALL_CHAIN) : undefined);
}

/** Returns the choice for a port; undefined if its connections go to the default. */
function choiceOf(
  { allowsAll }: Outbound,
  { requests, connections, toldApartBy, isGuarded }: OutboundPort,
  addresses: readonly ChainAddresses[],
): OnMatchInit | undefined {
  const [only] = requests === undefined ? connections : [requests];
  if (toldApartBy === undefined) return only && toChain(only.chain);
  // A backend that requires TLS never gets plain text instead.
  const unknown = requests?.chain ?? (allowsAll && isGuarded ? CLOSED_CHAIN : undefined);
  return byAddress(addresses, unknown === undefined ? undefined : toChain(unknown));
}

/** Returns the choice for the HTTPS port, where SNI comes first. */
function tlsChoice({ allowsAll }: Outbound, port: OutboundPort | undefined): OnMatchInit {
  const amazon = { serverName: { name: AMAZON }, to: toChain(AMAZON_CHAIN) };
  const [only] = port?.requests === undefined ? (port?.connections ?? []) : [port.requests];
  if (port?.toldApartBy === undefined) return byServerName([amazon], only && toChain(only.chain));
  const { requests, connections, isGuarded } = port;
  const isGuard = allowsAll && isGuarded && requests === undefined;
  const others = isGuard ? [{ serverName: 'any' as const, to: toChain(ALLOW_ALL_CHAIN) }] : [];
  const unknown = requests?.chain ?? (isGuard ? CLOSED_CHAIN : undefined);
  return byServerName(
    [...namedChoices(connections), amazon, ...others],
    unknown === undefined ? undefined : toChain(unknown),
  );
}

/** Sorts exact names before wildcards, and longer ones first. A name that two backends share leads to neither, unless both lead to
 * the same servers. */
function namedChoices(connections: OutboundPort['connections']) {
  const takers = new Map<string, OutboundConnections | 'two'>();
  for (const each of connections) {
    const key = each.service.toLowerCase();
    const rival = takers.get(key);
    if (rival === undefined) takers.set(key, each);
    else if (rival === 'two' || !leadToTheSame(rival, each)) takers.set(key, 'two');
  }
  const rank = (name: string): number => (name.startsWith('*.') ? name.length : Infinity);
  return [...takers]
    .toSorted(([a], [b]) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)))
    .map(([name, to]) => ({ serverName: { name }, to: toChain(to === 'two' ? CLOSED_CHAIN : to.chain) }));
}
