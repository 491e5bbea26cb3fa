import { fromJson, type DescMessage, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { ClusterSchema } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { RouteConfigurationSchema } from '#envoy/envoy/config/route/v3/route_pb.ts';
import { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { CLUSTER, LISTENER, ROUTES, type Resource, type Snapshot, type TypeUrl } from '../../../xds/types.ts';
import { encode, typeResources } from '../../translate/encode.ts';
import { REGISTRY, resourceJson } from '../../translate/registry.ts';

/** Settings of a connection manager in Envoy's JSON, e.g. `use_remote_address`. */
export type ManagerJson = JsonObject;

/** Where a configuration listens: a loopback address, and replacements for its listeners' ports. */
export type AnsweringAddress = { readonly address: string; readonly ports: ReadonlyMap<number, number> };

/** Returns the configuration with other settings in the connection managers of listeners with this name prefix. */
export function withManagers(snapshot: Snapshot, listeners: string, settings: ManagerJson): Snapshot {
  const edit = (json: JsonObject): JsonObject =>
    nameOf(json).startsWith(listeners) ? inManagers(json, (manager) => ({ ...manager, ...settings })) : json;
  return edited(snapshot, { [LISTENER]: [ListenerSchema, edit] });
}

/** A host in each answering route configuration, whose only route is named by the configuration's number. */
export const NEWEST = 'newest.invalid';

/**
 * Returns the configuration at another place, without real targets, so that Envoy itself answers every request: the body is the
 * name of the route configuration, a blank, and `virtual host/index` of the route that took the request, or `-`.
 */
export function answering(snapshot: Snapshot, place: AnsweringAddress, number: number): Snapshot {
  return edited(snapshot, {
    [LISTENER]: [ListenerSchema, (json) => inManagers(moved(json, place), saying)],
    [ROUTES]: [RouteConfigurationSchema, (json) => numbered(json, number)],
    [CLUSTER]: [
      ClusterSchema,
      (json) => (nameOf(json).includes('self_redirect') ? moved(json, place) : undefined),
    ],
  });
}

type Edit = readonly [schema: DescMessage, edit: (json: JsonObject) => JsonObject | undefined];

/** Returns a snapshot of these types only; leaves out resources for which an edit returns nothing. */
function edited(snapshot: Snapshot, edits: Readonly<Record<TypeUrl, Edit>>): Snapshot {
  return new Map(
    [...snapshot].map(([type, held]) => {
      const edit = edits[type];
      if (edit === undefined) return [type, held];
      const [schema, change] = edit;
      const resources = [...held.resources.values()].flatMap((resource): Resource[] => {
        const json = change(resourceJson(resource));
        if (json === undefined) return [];
        return [encode(schema, resource.name, fromJson(schema, json, { registry: REGISTRY }))];
      });
      return [type, typeResources(resources)];
    }),
  );
}

const MANAGER = `type.googleapis.com/${HttpConnectionManagerSchema.typeName}`;

function inManagers(json: JsonObject, edit: (manager: JsonObject) => JsonObject): JsonObject {
  return walk(json, (object) => (object['@type'] === MANAGER ? edit(object) : object));
}

function moved(json: JsonObject, { address, ports }: AnsweringAddress): JsonObject {
  return walk(json, (object) => {
    const port = Number(object['port_value']);
    return Number.isNaN(port) ? object : { ...object, address, port_value: ports.get(port) ?? port };
  });
}

function walk(json: JsonObject, edit: (object: JsonObject) => JsonObject): JsonObject {
  const inside = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(inside);
    return typeof value === 'object' && value !== null ? walk(value, edit) : value;
  };
  return edit(Object.fromEntries(Object.entries(json).map(([name, value]) => [name, inside(value)])));
}

function nameOf(json: JsonObject): string {
  return typeof json['name'] === 'string' ? json['name'] : '';
}

function saying(manager: JsonObject): JsonObject {
  const { route_config_name: name } = manager['rds'] as { readonly route_config_name: string };
  const inline_string = `${name} %ROUTE_NAME%`;
  return {
    ...manager,
    local_reply_config: { body_format: { text_format_source: { inline_string } } },
    // Rejected connections are closed at once, not a second later.
    delayed_close_timeout: '0s',
  };
}

function numbered(json: JsonObject, number: number): JsonObject {
  const hosts = (json['virtual_hosts'] ?? []) as readonly (JsonObject & { readonly routes?: JsonObject[] })[];
  const named = hosts.map((host) => ({
    ...host,
    routes: (host.routes ?? []).map((route, at) => ({ ...route, name: `${nameOf(host)}/${at}` })),
  }));
  const route = { name: String(number), match: { prefix: '/' }, direct_response: { status: 503 } };
  const newest: JsonObject = { name: 'newest', domains: [NEWEST], routes: [route] };
  return { ...json, virtual_hosts: [...named, newest] };
}
