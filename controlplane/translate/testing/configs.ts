/** Envoy's configuration, in JSON. */
export type Config = Readonly<Record<string, unknown>>;

/** What a connection manager has beside a route for everything that answers 200. */
export type ManagerParts = {
  readonly log?: Config;
  /** The name of a query parameter, and an expression for a header, that the route wants. */
  readonly query?: string;
  readonly regex?: string;
  /** Other routes in its place. */
  readonly routes?: readonly Config[];
};

/** An extension's configuration; `type` without `envoy.` before it. */
export function any(type: string, value: object): Config {
  return { '@type': `type.googleapis.com/envoy.${type}`, ...value };
}

/** The configuration of an access log that goes nowhere, with lines of that format. */
export function logLine(format: string): Config {
  return { path: '/dev/null', log_format: { text_format_source: { inline_string: format } } };
}

/** A filter that reads requests. */
export function manager({ log, query, regex, routes }: ManagerParts = {}): Config {
  const match = {
    prefix: '/',
    ...(query === undefined ? {} : { query_parameters: [{ name: query, present_match: true }] }),
    ...(regex === undefined ? {} : { headers: [{ name: 'a', string_match: { safe_regex: { regex } } }] }),
  };
  const host = {
    name: 'v',
    domains: ['*'],
    routes: routes ?? [{ match, direct_response: { status: 200 } }],
  };
  const file = {
    name: 'file',
    typed_config: any('extensions.access_loggers.file.v3.FileAccessLog', log ?? {}),
  };
  return {
    name: 'manager',
    typed_config: any('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      stat_prefix: 'x',
      route_config: { name: 'r', virtual_hosts: [host] },
      http_filters: [{ name: 'router', typed_config: any('extensions.filters.http.router.v3.Router', {}) }],
      ...(log === undefined ? {} : { access_log: [file] }),
    }),
  };
}

/** One listener with one connection manager, as static resources. */
export function httpListener(parts: ManagerParts): Config {
  return {
    listeners: [
      { name: 'l', address: address('127.0.0.1', 1), filter_chains: [{ filters: [manager(parts)] }] },
    ],
  };
}

/** A host and a port. */
export function address(host: string, port: number): Config {
  return { socket_address: { address: host, port_value: port } };
}
