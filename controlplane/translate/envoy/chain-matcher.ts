import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  DestinationPortInputSchema,
  ServerNameInputSchema,
} from '#envoy/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.ts';
import {
  Matcher_OnMatchSchema,
  type MatcherSchema,
  type Matcher_MatcherList_FieldMatcherSchema,
  type Matcher_OnMatch,
} from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import type { StringMatcherSchema } from '#envoy/xds/type/matcher/v3/string_pb.ts';
import type { OnMatchInit } from '../../../common/addresses/address-matcher.ts';
import { typed } from './typed.ts';

/** A listener's choice of filter chain for a connection, which replaces the matches of its chains. */
export type ChainMatcherInit = Exclude<MessageInitShape<typeof MatcherSchema>, { $typeName: string }>;

type StringMatcherInit = MessageInitShape<typeof StringMatcherSchema>;

/**
 * Chooses by destination port, in decimal. Connections without a match, at any depth, go to `otherwise`; without `otherwise`,
 * they are closed.
 */
export function byPort(
  ports: ReadonlyMap<string, OnMatchInit>,
  otherwise: OnMatchInit | undefined,
): ChainMatcherInit {
  return {
    matcherType: {
      case: 'matcherTree',
      value: {
        input: { name: 'destination-port', typedConfig: typed(DestinationPortInputSchema, {}) },
        treeType: { case: 'exactMatchMap', value: { map: Object.fromEntries(ports) } },
      },
    },
    ...(otherwise === undefined ? {} : { onNoMatch: otherwise }),
  };
}

/** The SNI of a TLS client: a name, `*.` and a suffix, or any name. */
export type ServerName = { readonly name: string } | 'any';

/** Chooses by the SNI of a TLS client, first match wins; all other connections go to `otherwise`. */
export function byServerName(
  choices: readonly { readonly serverName: ServerName; readonly to: OnMatchInit }[],
  otherwise: OnMatchInit | undefined,
): Matcher_OnMatch {
  const input = { name: 'server-name', typedConfig: typed(ServerNameInputSchema, {}) };
  const matchers = choices.map(
    ({ serverName, to }): MessageInitShape<typeof Matcher_MatcherList_FieldMatcherSchema> => ({
      predicate: {
        matchType: {
          case: 'singlePredicate',
          value: { input, matcher: { case: 'valueMatch', value: nameMatcher(serverName) } },
        },
      },
      onMatch: to,
    }),
  );
  const matcher: ChainMatcherInit = {
    matcherType: { case: 'matcherList', value: { matchers } },
    ...(otherwise === undefined ? {} : { onNoMatch: otherwise }),
  };
  return create(Matcher_OnMatchSchema, { onMatch: { case: 'matcher', value: matcher } });
}

/** Envoy compares SNI in lower case. */
function nameMatcher(serverName: ServerName): StringMatcherInit {
  if (serverName === 'any') {
    const value = { engineType: { case: 'googleRe2' as const, value: {} }, regex: '.+' };
    return { matchPattern: { case: 'safeRegex', value } };
  }
  const name = serverName.name.toLowerCase();
  return name.startsWith('*.')
    ? { matchPattern: { case: 'suffix', value: name.slice(1) } }
    : { matchPattern: { case: 'exact', value: name } };
}
