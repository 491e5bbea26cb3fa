import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Golden } from './cases.ts';
import { AGENT_CLUSTER, SDS_CLUSTER } from '../../../common/contracts/bootstrap-clusters.ts';

/** Returns the real file for a file that a configuration names. */
export type FileOf = (path: string) => string;

const ADS_CLUSTER = 'ads';

/**
 * Returns a bootstrap with static resources, which Envoy can validate without a control plane: route configurations and
 * discovered filters are inlined into listeners, and the clusters of secret servers are added.
 * @throws Error if a listener refers to a missing resource
 */
export function staticConfig(
  { clusters, extensions = [], listeners, routes }: Golden,
  fileOf: FileOf = (path) => path,
): JsonObject {
  const inlined = (each: JsonValue): JsonObject => inline(each, { routes, extensions }, fileOf) as JsonObject;
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

/** No secret is fetched during validation. */
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

/** The resources that listeners refer to by name. */
type Named = { readonly routes: readonly JsonObject[]; readonly extensions: readonly JsonObject[] };

function inline(value: JsonValue, named: Named, fileOf: FileOf): JsonValue {
  if (Array.isArray(value)) return value.map((each) => inline(each, named, fileOf));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, each]): [string, JsonValue] => {
    if (key === 'rds') return ['route_config', find(named.routes, (each as JsonObject)['route_config_name'])];
    if (key === 'config_discovery')
      return ['typed_config', find(named.extensions, value['name'])['typed_config'] ?? null];
    return [key, key === 'filename' ? fileOf(each as string) : inline(each, named, fileOf)];
  });
  return Object.fromEntries(entries);
}

function find(resources: readonly JsonObject[], name: JsonValue | undefined): JsonObject {
  const found = resources.find((each) => each['name'] === name);
  if (found === undefined) throw new Error(`nothing is called ${JSON.stringify(name)}`);
  return found;
}
