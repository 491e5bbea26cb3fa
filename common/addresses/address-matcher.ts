import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack, StringValueSchema, type Any } from '@bufbuild/protobuf/wkt';
import { DestinationIPInputSchema } from '#envoy/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.ts';
import { Matcher_OnMatchSchema, type Matcher_OnMatch } from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import type { ChainAddresses } from './chain-addresses.ts';

type ExtensionInit = { readonly name: string; readonly typedConfig: Any };

/** What follows from a match: a filter chain, or a further choice. */
export type OnMatchInit = MessageInitShape<typeof Matcher_OnMatchSchema>;

/**
 * What a connection gets by its destination address: the filter chain that has the address, else `otherwise`; without
 * that, the outermost `on_no_match` of the listener's `filter_chain_matcher`. Addresses are compared as texts, in the one form
 * that inet_ntop(3) gives them: Envoy calls its matcher for ranges work in progress, and warns of each range.
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

/** The choice of a filter chain of the listener, by its name. */
export function toChain(name: string): OnMatchInit {
  const value = anyPack(StringValueSchema, create(StringValueSchema, { value: name }));
  return { onMatch: { case: 'action', value: extension(name, value) } };
}

function extension(name: string, typedConfig: Any): ExtensionInit {
  return { name, typedConfig };
}
