import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { MetadataSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { MatcherSchema, type Matcher } from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import { byAddress } from '../../common/address-matcher.ts';
import type { ChainAddresses } from '../../common/chain-addresses.ts';
import { LISTENER_NAMES, readListenerNames, type ListenerNames } from '../../common/listener-names.ts';
import type { Resource } from '../../xds/types.ts';
import { contentVersion } from '../../xds/version.ts';
import { messageField, withoutMessageField } from '../../xds/wire-cut.ts';
import { bytesField, concatenate } from '../../xds/wire-fields.ts';

/** Fields of envoy.config.listener.v3.Listener. Its own schema would bring most of Envoy's API into the agent's memory. */
const METADATA = 6;
const FILTER_CHAIN_MATCHER = 32;

/** The addresses of each port's filter chains, by the port in decimal. */
export type PortAddresses = ReadonlyMap<string, readonly ChainAddresses[]>;

const NONE: ListenerNames = {};

/** The names that a listener wants resolved; empty for one that wants none, or cannot be read. */
export function namesIn({ any }: Resource): ListenerNames {
  const listener = messageField(any, AnySchema.field.value.number);
  const metadata = listener && messageField(listener, METADATA);
  if (metadata === undefined) return NONE;
  return readListenerNames(fromBinary(MetadataSchema, metadata).filterMetadata[LISTENER_NAMES]);
}

/**
 * The listener with addresses in its `filter_chain_matcher`: for each port, the chain that has the destination address, and
 * for all others what the control plane wrote for the port. Its version is the control plane's with a hash of its bytes behind it.
 */
export function filledListener(resource: Resource, ports: PortAddresses): Resource {
  const listener = messageField(resource.any, AnySchema.field.value.number);
  const encoded = listener && messageField(listener, FILTER_CHAIN_MATCHER);
  if (listener === undefined || encoded === undefined) return resource;
  const matcher = fromBinary(MatcherSchema, encoded);
  if (!fill(matcher, ports)) return resource;
  const filled = new BinaryWriter()
    .raw(withoutMessageField(listener, FILTER_CHAIN_MATCHER))
    .tag(FILTER_CHAIN_MATCHER, 2)
    .bytes(toBinary(MatcherSchema, matcher))
    .finish();
  const any = concatenate([
    withoutMessageField(resource.any, AnySchema.field.value.number),
    bytesField(AnySchema.field.value.number, filled),
  ]);
  return { ...resource, any, version: `${resource.version}-${contentVersion(any)}` };
}

/** Puts the addresses before what stands for each port. False where the matcher is not by port, or there are no addresses. */
function fill({ matcherType }: Matcher, ports: PortAddresses): boolean {
  if (matcherType.case !== 'matcherTree' || matcherType.value.treeType.case !== 'exactMatchMap') return false;
  const { map } = matcherType.value.treeType.value;
  let isFilled = false;
  for (const [port, chains] of ports) {
    const onMatch = byAddress(chains, map[port]);
    if (onMatch === undefined || chains.length === 0) continue;
    map[port] = onMatch;
    isFilled = true;
  }
  return isFilled;
}
