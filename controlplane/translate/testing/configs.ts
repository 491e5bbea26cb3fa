/** Envoy's configuration, in JSON. */
export type Config = Readonly<Record<string, unknown>>;

/** The parts of a connection manager besides a catch-all route that answers 200. */
export type ManagerParts = {
  readonly log?: Config;
  /** The name of a query parameter, and an expression for a header, as conditions of the route. */
  readonly query?: string;
  readonly regex?: string;
  /** Other routes instead of the catch-all. */
  readonly routes?: readonly Config[];
};

/** Returns an extension's configuration; `type` lacks the leading `envoy.`. */
export function any(type: string, value: object): Config {
  return { '@type': `type.googleapis.com/envoy.${type}`, ...value };
}

/** Returns an access log to /dev/null with that format. */
export function logLine(format: string): Config {
  return { path: '/dev/null', log_format: { text_format_source: { inline_string: format } } };
}

/** Returns an HTTP connection manager. */
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

/** Returns one listener with one connection manager, as static resources. */
export function httpListener(parts: ManagerParts): Config {
  return {
    listeners: [
      { name: 'l', address: address('127.0.0.1', 1), filter_chains: [{ filters: [manager(parts)] }] },
    ],
  };
}

/** Returns a socket address. */
export function address(host: string, port: number): Config {
  return { socket_address: { address: host, port_value: port } };
}
