import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { MetadataSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { MatcherSchema, type Matcher } from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import { byAddress } from '../../common/addresses/address-matcher.ts';
import type { ChainAddresses } from '../../common/addresses/chain-addresses.ts';
import {
  LISTENER_NAMES,
  readListenerNames,
  type ListenerNames,
} from '../../common/contracts/listener-names.ts';
import type { Resource } from '../../xds/types.ts';
import { contentVersion } from '../../xds/wire/version.ts';
import { messageField, withoutMessageField } from '../../xds/wire/wire-cut.ts';
import { bytesField, concatenate } from '../../xds/wire/wire-fields.ts';

/** Field numbers of envoy.config.listener.v3.Listener. Its schema would load most of Envoy's API into the agent's memory. */
const METADATA = 6;
const FILTER_CHAIN_MATCHER = 32;

/** Addresses of each port's filter chains, by port in decimal. */
export type PortAddresses = ReadonlyMap<string, readonly ChainAddresses[]>;

const NONE: ListenerNames = {};

/** Returns the names that a listener needs resolved; empty if there are none or the listener is malformed. */
export function namesIn({ any }: Resource): ListenerNames {
  const listener = messageField(any, AnySchema.field.value.number);
  const metadata = listener && messageField(listener, METADATA);
  if (metadata === undefined) return NONE;
  return readListenerNames(fromBinary(MetadataSchema, metadata).filterMetadata[LISTENER_NAMES]);
}

/**
 * Returns the listener with addresses in its `filter_chain_matcher`: per port, the chain with the destination address, or else the
 * control plane's match for the port. Removes the names, because Envoy drains all connections of a listener whose metadata changes.
 * The version is the control plane's followed by a hash of the content.
 */
export function filledListener(resource: Resource, ports: PortAddresses): Resource {
  const listener = messageField(resource.any, AnySchema.field.value.number);
  if (listener === undefined) return resource;
  const filled = withAddresses(withoutNames(listener), ports);
  if (filled === listener) return resource;
  const any = concatenate([
    withoutMessageField(resource.any, AnySchema.field.value.number),
    bytesField(AnySchema.field.value.number, filled),
  ]);
  return { ...resource, any, version: `${resource.version}-${contentVersion(any)}` };
}

/** Removes the names from the metadata of an encoded listener. Returns the same object if there are none. */
function withoutNames(listener: Uint8Array): Uint8Array {
  const encoded = messageField(listener, METADATA);
  if (encoded === undefined) return listener;
  const metadata = fromBinary(MetadataSchema, encoded);
  if (!(LISTENER_NAMES in metadata.filterMetadata)) return listener;
  delete metadata.filterMetadata[LISTENER_NAMES];
  return withField(listener, METADATA, toBinary(MetadataSchema, metadata));
}

/** Adds addresses to the matcher of an encoded listener. Returns the same object if there are none, or no matcher by port. */
function withAddresses(listener: Uint8Array, ports: PortAddresses): Uint8Array {
  const encoded = messageField(listener, FILTER_CHAIN_MATCHER);
  if (encoded === undefined) return listener;
  const matcher = fromBinary(MatcherSchema, encoded);
  if (!fill(matcher, ports)) return listener;
  return withField(listener, FILTER_CHAIN_MATCHER, toBinary(MatcherSchema, matcher));
}

/** Replaces a message field of an encoded message. */
function withField(message: Uint8Array, field: number, value: Uint8Array): Uint8Array {
  return new BinaryWriter().raw(withoutMessageField(message, field)).tag(field, 2).bytes(value).finish();
}

/** Puts the addresses before the match of each port. Returns false if the matcher is not by port, or there are no addresses. */
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
