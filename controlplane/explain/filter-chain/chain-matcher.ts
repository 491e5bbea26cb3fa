import { isIP } from 'node:net';
import { anyUnpack, StringValueSchema } from '@bufbuild/protobuf/wkt';
import type { Listener } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import {
  DestinationIPInputSchema,
  DestinationPortInputSchema,
} from '#envoy/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.ts';
import type {
  Matcher,
  Matcher_MatcherList_Predicate,
  Matcher_OnMatch,
} from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import type { StringMatcher } from '#envoy/xds/type/matcher/v3/string_pb.ts';
import { LISTENER_NAMES, readListenerNames } from '../../../common/contracts/listener-names.ts';
import { egressConnections } from '../../translate/names.ts';
import type { Connection } from './connection.ts';

/**
 * Returns the name of the filter chain that a listener's matcher chooses for a connection; undefined if it chooses none. A
 * connection is matched by the name that resolved to its address: the address of a backend's name is the backend's.
 */
export function matchedChain(listener: Listener, connection: Connection): string | undefined {
  const { filterChainMatcher: matcher, metadata } = listener;
  const named = readListenerNames(metadata?.filterMetadata[LISTENER_NAMES])[connection.port] ?? [];
  const host = connection.serverName.toLowerCase();
  const own = named.find((each) => 'names' in each && each.names.some((name) => name.toLowerCase() === host));
  return own?.chain ?? (matcher && choice(matcher, connection));
}

/** Returns the ports that a listener's matcher lists. */
export function matchedPorts({ filterChainMatcher, metadata }: Listener): readonly number[] {
  const named = Object.keys(readListenerNames(metadata?.filterMetadata[LISTENER_NAMES]));
  const type = filterChainMatcher?.matcherType;
  const tree = type?.case === 'matcherTree' ? type.value.treeType : undefined;
  const ports = tree?.case === 'exactMatchMap' ? Object.keys(tree.value.map) : [];
  return [...new Set([...named, ...ports].map(Number))];
}

function choice({ matcherType, onNoMatch }: Matcher, connection: Connection): string | undefined {
  const taken =
    matcherType.case === 'matcherTree'
      ? inTree(matcherType.value, connection)
      : matcherType.value?.matchers.find(({ predicate }) => isFor(predicate, connection))?.onMatch;
  // If an inner matcher has no match, the outer matcher decides.
  return (taken && chosen(taken, connection)) ?? (onNoMatch && chosen(onNoMatch, connection));
}

function chosen({ onMatch }: Matcher_OnMatch, connection: Connection): string | undefined {
  if (onMatch.case === 'matcher') return choice(onMatch.value, connection);
  const action = onMatch.value?.typedConfig;
  return action && anyUnpack(action, StringValueSchema)?.value;
}

type Tree = Extract<Matcher['matcherType'], { case: 'matcherTree' }>['value'];

function inTree({ input, treeType }: Tree, connection: Connection): Matcher_OnMatch | undefined {
  const config = input?.typedConfig;
  if (config === undefined || treeType.case !== 'exactMatchMap') return undefined;
  const { map } = treeType.value;
  if (anyUnpack(config, DestinationPortInputSchema) !== undefined) return map[String(connection.port)];
  if (anyUnpack(config, DestinationIPInputSchema) === undefined) return undefined;
  const host = connection.serverName.replaceAll(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) !== 0) return map[host];
  const backend = egressConnections(connection.port, host).toLowerCase();
  return Object.values(map).find((each) => chosen(each, connection)?.toLowerCase() === backend);
}

/** The only supported conditions are those on SNI. */
function isFor(predicate: Matcher_MatcherList_Predicate | undefined, connection: Connection): boolean {
  const type = predicate?.matchType;
  if (type?.case !== 'singlePredicate' || type.value.matcher.case !== 'valueMatch') return false;
  return connection.tls && fits(type.value.matcher.value, connection.serverName.toLowerCase());
}

function fits({ matchPattern }: StringMatcher, name: string): boolean {
  if (matchPattern.case === 'exact') return name === matchPattern.value;
  if (matchPattern.case === 'suffix') return name.endsWith(matchPattern.value);
  return matchPattern.case === 'safeRegex' && new RegExp(`^(?:${matchPattern.value.regex})$`).test(name);
}
