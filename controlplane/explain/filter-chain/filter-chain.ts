import { isIP } from 'node:net';
import type { FilterChain } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { FilterChainMatch_ConnectionSourceType as SourceType } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import type { Listener } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import type { Connection } from './connection.ts';
import { matchedChain, matchedPorts } from './chain-matcher.ts';

/** Returns the filter chain of a connection: the matcher's choice or, without a matcher, the best match. */
export function chainFor(listener: Listener, connection: Connection): FilterChain | undefined {
  if (listener.filterChainMatcher === undefined) return matchingChain(listener, connection);
  const name = matchedChain(listener, connection);
  return listener.filterChains.find((chain) => chain.name === name);
}

/** Returns the destination ports that a listener distinguishes. */
export function portsOf(listener: Listener): readonly number[] {
  const matched = listener.filterChains.flatMap(
    ({ filterChainMatch }) => filterChainMatch?.destinationPort ?? [],
  );
  return [...new Set([...matched, ...matchedPorts(listener)])].toSorted((a, b) => a - b);
}

/**
 * Returns the filter chain that matches a connection. Envoy compares one property after the other without backtracking: port,
 * server name, transport, source; for each, the most specific value decides (FilterChainMatch in Envoy's API reference).
 */
function matchingChain(listener: Listener, connection: Connection): FilterChain | undefined {
  const { port, tls, local } = connection;
  const byPort = firstThatFits(listener.filterChains, [
    ({ filterChainMatch }) => filterChainMatch?.destinationPort === port,
    ({ filterChainMatch }) => filterChainMatch?.destinationPort === undefined,
  ]);
  // A TLS client sends no SNI for an address.
  const serverName = tls && !isAddress(connection.serverName) ? connection.serverName.toLowerCase() : '';
  const byName = firstThatFits(byPort, [
    ...nameForms(serverName).map((form) => (chain: FilterChain) => serverNames(chain).includes(form)),
    (chain) => serverNames(chain).length === 0,
  ]);
  const transport = tls ? 'tls' : 'raw_buffer';
  const byTransport = firstThatFits(byName, [
    ({ filterChainMatch }) => filterChainMatch?.transportProtocol === transport,
    ({ filterChainMatch }) => (filterChainMatch?.transportProtocol ?? '') === '',
  ]);
  const [chain] = firstThatFits(byTransport, [
    ({ filterChainMatch }) => filterChainMatch?.sourceType === source(local),
    ({ filterChainMatch }) => (filterChainMatch?.sourceType ?? SourceType.ANY) === SourceType.ANY,
  ]);
  return chain;
}

/** Whether a host is an address in URL form: IPv6 in brackets. */
function isAddress(name: string): boolean {
  return isIP(name.replaceAll(/^\[|\]$/g, '')) !== 0;
}

type Fits = (chain: FilterChain) => boolean;

function firstThatFits(chains: readonly FilterChain[], forms: readonly Fits[]): readonly FilterChain[] {
  for (const fits of forms) {
    const found = chains.filter(fits);
    if (found.length > 0) return found;
  }
  return [];
}

function serverNames({ filterChainMatch }: FilterChain): readonly string[] {
  return filterChainMatch?.serverNames ?? [];
}

/** `a.b.c` matches `a.b.c`, else `*.b.c`, else `*.c`. */
function nameForms(name: string): readonly string[] {
  if (name === '') return [];
  const labels = name.split('.');
  return [name, ...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`)];
}

function source(local: boolean): SourceType {
  return local ? SourceType.SAME_IP_OR_LOOPBACK : SourceType.EXTERNAL;
}
