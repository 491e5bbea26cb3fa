import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Golden } from './fixture.ts';
import { AGENT_CLUSTER, SDS_CLUSTER } from './names.ts';

/** The real file in place of one that a configuration names. */
export type FileOf = (path: string) => string;

const ADS_CLUSTER = 'ads';

/**
 * A bootstrap with resources built in, for an Envoy that is to judge them without a control plane: route configurations
 * stand inside the listeners that ask for them, and there are the clusters that secrets are fetched from.
 * @throws Error when a listener asks for one that is not there.
 */
export function staticConfig(
  { clusters, listeners, routes }: Golden,
  fileOf: FileOf = (path) => path,
): JsonObject {
  const inlined = (each: JsonValue): JsonObject => inline(each, routes, fileOf) as JsonObject;
  const sources = [ADS_CLUSTER, AGENT_CLUSTER, SDS_CLUSTER].map(secretSource);
  return {
    node: { id: 'judged', cluster: 'judged' },
    dynamic_resources: {
      ads_config: { api_type: 'DELTA_GRPC', grpc_services: [{ envoy_grpc: { cluster_name: ADS_CLUSTER } }] },
    },
    static_resources: {
      clusters: [...clusters.map(inlined), ...sources],
      listeners: listeners.map(inlined),
    },
  };
}

/** Nobody is asked while a configuration is only judged. */
function secretSource(name: string): JsonObject {
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return {
    name,
    typed_extension_protocol_options: {
      [options]: {
        '@type': `type.googleapis.com/${options}`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
}

function inline(value: JsonValue, routes: readonly JsonObject[], fileOf: FileOf): JsonValue {
  if (Array.isArray(value)) return value.map((each) => inline(each, routes, fileOf));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, each]): [string, JsonValue] => {
    if (key === 'rds') return ['route_config', routesNamed(each, routes)];
    return [key, key === 'filename' ? fileOf(each as string) : inline(each, routes, fileOf)];
  });
  return Object.fromEntries(entries);
}

function routesNamed(rds: JsonValue, routes: readonly JsonObject[]): JsonObject {
  const { route_config_name: name } = rds as JsonObject;
  const found = routes.find((route) => route['name'] === name);
  if (found === undefined) throw new Error(`no route configuration is called ${JSON.stringify(name)}`);
  return found;
}
