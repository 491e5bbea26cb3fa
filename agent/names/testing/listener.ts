import { create, fromBinary, toBinary, type JsonObject } from '@bufbuild/protobuf';
import { anyPack, anyUnpack, AnySchema } from '@bufbuild/protobuf/wkt';
import { ListenerSchema, type Listener } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { StringValueSchema } from '@bufbuild/protobuf/wkt';
import type { Matcher, Matcher_OnMatch } from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import { toChain } from '../../../common/addresses/address-matcher.ts';
import { LISTENER_NAMES, type ListenerNames } from '../../../common/contracts/listener-names.ts';
import type { Resource } from '../../../xds/types.ts';
import { contentVersion } from '../../../xds/wire/version.ts';

/** A metadata key that the agent does not use. */
export const OTHER_METADATA = 'other';

/** Returns a listener as the control plane sends it. `others`: the chain per port for unknown addresses. `names`: the names of other chains. */
export function namedListener(others: Readonly<Record<string, string>>, names?: ListenerNames): Resource {
  const map = Object.fromEntries(Object.entries(others).map(([port, chain]) => [port, toChain(chain)]));
  const listener = create(ListenerSchema, {
    name: 'egress',
    statPrefix: 'kept',
    metadata: {
      filterMetadata: {
        [OTHER_METADATA]: { kept: true },
        ...(names === undefined ? {} : { [LISTENER_NAMES]: names as unknown as JsonObject }),
      },
    },
    filterChainMatcher: {
      matcherType: { case: 'matcherTree', value: { treeType: { case: 'exactMatchMap', value: { map } } } },
      onNoMatch: toChain('outermost'),
    },
  });
  const any = toBinary(AnySchema, anyPack(ListenerSchema, listener));
  return { name: 'egress', version: contentVersion(any), any };
}

/** Returns the filter chain of each address by port, as the listener's matcher has them; `*` is every other address. */
export function chainsOf({ any }: Resource): Record<string, Record<string, string>> {
  const { filterChainMatcher } = listenerOf(any);
  return Object.fromEntries(
    Object.entries(exactMatches(filterChainMatcher)).map(([port, onMatch]) => [port, byAddress(onMatch)]),
  );
}

/** Returns the listener in a resource. */
export function listenerOf(any: Uint8Array): Listener {
  const listener = anyUnpack(fromBinary(AnySchema, any), ListenerSchema);
  if (listener === undefined) throw new Error('the resource is no listener');
  return listener;
}

function exactMatches(matcher: Matcher | undefined): Readonly<Record<string, Matcher_OnMatch>> {
  const type = matcher?.matcherType;
  if (type?.case !== 'matcherTree' || type.value.treeType.case !== 'exactMatchMap') return {};
  return type.value.treeType.value.map;
}

function byAddress({ onMatch }: Matcher_OnMatch): Record<string, string> {
  if (onMatch.case !== 'matcher') return { '*': chainName(onMatch) };
  const otherwise = onMatch.value.onNoMatch;
  return {
    ...Object.fromEntries(
      Object.entries(exactMatches(onMatch.value)).map(([address, { onMatch: chosen }]) => [
        address,
        chainName(chosen),
      ]),
    ),
    ...(otherwise === undefined ? {} : { '*': chainName(otherwise.onMatch) }),
  };
}

function chainName(onMatch: Matcher_OnMatch['onMatch'] | undefined): string {
  const action = onMatch?.case === 'action' ? onMatch.value.typedConfig : undefined;
  return (action && anyUnpack(action, StringValueSchema)?.value) ?? '';
}
