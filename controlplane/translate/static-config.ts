import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Golden } from './fixture.ts';

/**
 * A bootstrap with resources built in, for an Envoy that is to judge them without a control plane: route configurations
 * stand inside the listeners that ask for them.
 * @throws Error when a listener asks for one that is not there.
 */
export function staticConfig({ clusters, listeners, routes }: Golden): JsonObject {
  const inlined = listeners.map((listener) => inline(listener, routes) as JsonObject);
  return { static_resources: { clusters: [...clusters], listeners: inlined } };
}

function inline(value: JsonValue, routes: readonly JsonObject[]): JsonValue {
  if (Array.isArray(value)) return value.map((each) => inline(each, routes));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, each]): [string, JsonValue] =>
    key === 'rds' ? ['route_config', routesNamed(each, routes)] : [key, inline(each, routes)],
  );
  return Object.fromEntries(entries);
}

function routesNamed(rds: JsonValue, routes: readonly JsonObject[]): JsonObject {
  const { route_config_name: name } = rds as JsonObject;
  const found = routes.find((route) => route['name'] === name);
  if (found === undefined) throw new Error(`no route configuration is called ${JSON.stringify(name)}`);
  return found;
}
