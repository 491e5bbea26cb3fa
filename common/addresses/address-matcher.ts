import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack, StringValueSchema, type Any } from '@bufbuild/protobuf/wkt';
import { DestinationIPInputSchema } from '#envoy/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.ts';
import { Matcher_OnMatchSchema, type Matcher_OnMatch } from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import type { ChainAddresses } from './chain-addresses.ts';

type ExtensionInit = { readonly name: string; readonly typedConfig: Any };

/** Result of a match: a filter chain, or a nested matcher. */
export type OnMatchInit = MessageInitShape<typeof Matcher_OnMatchSchema>;

/**
 * Builds a matcher by destination address: it selects the filter chain with the address, else `otherwise`, or without that the
 * outermost `on_no_match` of the listener's `filter_chain_matcher`. Addresses are compared as strings in the canonical form of
 * inet_ntop(3), because Envoy marks its matcher for ranges as work in progress and logs a warning for each range.
 */
export function byAddress(
  chains: readonly ChainAddresses[],
  otherwise: OnMatchInit | undefined,
): Matcher_OnMatch | undefined {
  if (chains.length === 0) return otherwise && create(Matcher_OnMatchSchema, otherwise);
  const map = Object.fromEntries(
    chains.flatMap(({ chain, addresses }) => addresses.map((address) => [address, toChain(chain)])),
  );
  const input = extension(
    'destination-ip',
    anyPack(DestinationIPInputSchema, create(DestinationIPInputSchema)),
  );
  const tree = { input, treeType: { case: 'exactMatchMap' as const, value: { map } } };
  return create(Matcher_OnMatchSchema, {
    onMatch: {
      case: 'matcher',
      value: {
        matcherType: { case: 'matcherTree', value: tree },
        ...(otherwise === undefined ? {} : { onNoMatch: otherwise }),
      },
    },
  });
}

/** Builds the action that selects a filter chain of the listener by name. */
export function toChain(name: string): OnMatchInit {
  const value = anyPack(StringValueSchema, create(StringValueSchema, { value: name }));
  return { onMatch: { case: 'action', value: extension(name, value) } };
}

function extension(name: string, typedConfig: Any): ExtensionInit {
  return { name, typedConfig };
}
