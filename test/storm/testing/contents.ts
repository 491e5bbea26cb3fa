import { isDeepStrictEqual } from 'node:util';
import { fromJson, toJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { LISTENER_NAMES } from '../../../common/contracts/listener-names.ts';
import { featuresOf } from '../../../controlplane/ads/identity.ts';
import type { ConfigDump } from '../../../controlplane/config-dump/config-dump.ts';
import { REGISTRY } from '../../../controlplane/translate/registry.ts';

/** The resources of a proxy, by type and name (`Cluster c`), in a normalized form, including resources that are still warming. */
export type Contents = ReadonlyMap<string, unknown>;

type Section = Readonly<Record<string, readonly JsonObject[] | undefined>> & { readonly '@type': string };

/** Returns the resources that an Envoy received from its control plane, and the file secrets that its agent served, from its `/config_dump`. */
export function contentsOfEnvoy(dump: unknown): Contents {
  const { configs } = dump as { readonly configs: readonly Section[] };
  return new Map(configs.flatMap(contentsOfSection));
}

/** Returns the features of an Envoy and its agent, in the form of the query `features` of `/config-dump`. */
export function featuresOfEnvoy(dump: unknown): string {
  const { configs } = dump as { readonly configs: readonly { readonly bootstrap?: Bootstrap }[] };
  const node = configs.find(({ bootstrap }) => bootstrap !== undefined)?.bootstrap?.node;
  if (node === undefined) throw new Error('the dump has no bootstrap');
  const { major_number: major, minor_number: minor, patch } = node.user_agent_build_version.version;
  const version = `envoy ${major}.${minor}.${patch ?? 0}`;
  const features = Object.entries(featuresOf({ metadata: node.metadata, version }));
  return features
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join();
}

type Bootstrap = {
  readonly node: {
    readonly metadata: JsonObject;
    readonly user_agent_build_version: {
      readonly version: {
        readonly major_number: number;
        readonly minor_number: number;
        readonly patch?: number;
      };
    };
  };
};

function contentsOfSection(section: Section): readonly (readonly [string, unknown])[] {
  const all = (member: string): readonly JsonObject[] => section[member] ?? [];
  const short = section['@type'].slice(section['@type'].lastIndexOf('.') + 1);
  switch (short) {
    case 'ClustersConfigDump':
      return [
        ...all('dynamic_active_clusters').map(({ cluster }) => entry('Cluster', cluster)),
        ...all('dynamic_warming_clusters').map(({ cluster }) => entry('warming Cluster', cluster)),
      ];
    case 'ListenersConfigDump':
      return all('dynamic_listeners').flatMap((listener) =>
        Object.entries(listener)
          .filter(([member]) => member.endsWith('_state'))
          .map(([member, state]) => {
            const how = member === 'active_state' ? '' : `${member.replace('_state', '')} `;
            return entry(`${how}Listener`, (state as JsonObject)['listener'] ?? listener);
          }),
      );
    case 'RoutesConfigDump':
      return all('dynamic_route_configs').map(({ route_config }) =>
        entry('RouteConfiguration', route_config),
      );
    case 'EcdsConfigDump':
      return all('ecds_filters').map(({ ecds_filter }) => entry('TypedExtensionConfig', ecds_filter));
    case 'SecretsConfigDump':
      return [
        // The default authority is Envoy's own.
        ...all('dynamic_active_secrets').map(
          ({ name, secret }) => [`Secret ${nameOf({ name })}`, secret] as const,
        ),
        ...all('dynamic_warming_secrets').map(
          ({ name }) => [`warming Secret ${nameOf({ name })}`, ''] as const,
        ),
      ];
    default:
      return [];
  }
}

/** Returns the resources that a proxy should have according to the API, from its `/config-dump`. */
export function contentsOfApi({ resources }: ConfigDump): Contents {
  return new Map(
    Object.entries(resources).flatMap(([type, all]) =>
      all.map((resource) => [`${type} ${nameOf(resource)}`, withoutNames(resource)] as const),
    ),
  );
}

/** Returns the contents without secrets, which Envoy gets from its agent. */
export function withoutSecrets(contents: Contents): Contents {
  return new Map([...contents].filter(([key]) => !key.startsWith('Secret ')));
}

/** Returns the differences, one line per resource; empty if the contents are equal. */
export function differences(
  [left, one]: readonly [string, Contents],
  [right, other]: readonly [string, Contents],
): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) => {
    if (!other.has(key)) return [`${key}: ${left} has it, ${right} has not`];
    if (!one.has(key)) return [`${key}: ${right} has it, ${left} has not`];
    const [a, b] = [one.get(key), other.get(key)];
    if (isDeepStrictEqual(a, b)) return [];
    return [`${key}: ${left} has ${JSON.stringify(a)}, ${right} has ${JSON.stringify(b)}`];
  });
}

function entry(what: string, any: JsonValue | undefined): readonly [string, unknown] {
  const resource = spelled(any);
  return [`${what} ${nameOf(resource)}`, withoutNames(resource)];
}

/** Parses and serializes a resource, so that numbers and durations have one form. */
function spelled(any: JsonValue | undefined): JsonObject {
  const read = fromJson(AnySchema, any ?? {}, { registry: REGISTRY });
  const { '@type': _type, ...resource } = toJson(AnySchema, read, {
    registry: REGISTRY,
    useProtoFieldName: true,
  }) as JsonObject;
  return resource;
}

function nameOf({ name, cluster_name: cluster }: Readonly<Record<string, unknown>>): string {
  const found = name ?? cluster;
  return typeof found === 'string' ? found : '';
}

/** The agent removes the names that it resolves; none of those in a storm has an address. */
function withoutNames(resource: JsonObject): unknown {
  const { metadata, ...rest } = resource as { readonly metadata?: { readonly filter_metadata?: JsonObject } };
  if (metadata?.filter_metadata === undefined) return resource;
  const { [LISTENER_NAMES]: names, ...others } = metadata.filter_metadata;
  if (names === undefined) return resource;
  return Object.keys(others).length === 0 ? rest : { ...rest, metadata: { filter_metadata: others } };
}
