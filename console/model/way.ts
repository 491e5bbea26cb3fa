/** The configuration of a proxy, as `GET /config-dump` has it: Envoy's JSON by type. */
export type Dump = {
  readonly proxy: string;
  readonly resources: Readonly<Record<string, readonly Json[]>>;
};

/** Envoy's JSON, of which the pages read a few members. */
export type Json = { readonly [name: string]: unknown };

/** A step on the way of a request through a proxy, with lines of details. */
export type Step = { readonly name: string; readonly lines: readonly string[] };

/** The steps of all ways through a proxy, in the order in which a request passes them. */
export type Ways = {
  readonly listeners: readonly Step[];
  readonly routes: readonly Step[];
  readonly clusters: readonly Step[];
  readonly endpoints: readonly Step[];
};

/** Returns the listeners, routes, clusters and endpoints of a configuration, in the few words that people read first. `chains`: writes a number of filter chains. */
export function waysOf({ resources }: Dump, chains: (n: number) => string): Ways {
  const of = (type: string): readonly Json[] => resources[type] ?? [];
  const assignments = new Map(of('ClusterLoadAssignment').map((each) => [text(each['cluster_name']), each]));
  return {
    listeners: of('Listener').map((listener) => ({
      name: text(listener['name']),
      lines: [addressOf(listener['address']), chains(list(listener['filter_chains']).length)],
    })),
    routes: of('RouteConfiguration').flatMap(routesOf),
    clusters: of('Cluster').map((cluster) => ({
      name: text(cluster['name']),
      lines: [
        text(cluster['type']) || 'STATIC',
        ...(cluster['transport_socket'] === undefined ? [] : ['TLS']),
      ],
    })),
    endpoints: of('Cluster').flatMap((cluster) => {
      const assignment =
        (cluster['load_assignment'] as Json | undefined) ?? assignments.get(text(cluster['name']));
      const lines = endpointsOf(assignment);
      return lines.length === 0 ? [] : [{ name: text(cluster['name']), lines }];
    }),
  };
}

function routesOf(configuration: Json): Step[] {
  return list(configuration['virtual_hosts']).map((host) => ({
    name: text(host['name']),
    lines: list(host['routes']).map((route) => {
      const match = Object.entries((route['match'] as Json | undefined) ?? {})[0];
      const from =
        match === undefined
          ? '*'
          : typeof match[1] === 'string'
            ? `${match[1]}${match[0] === 'prefix' ? '*' : ''}`
            : JSON.stringify(match[1]);
      return `${from} → ${targetsOf(route)}`;
    }),
  }));
}

function targetsOf(route: Json): string {
  const action = route['route'] as Json | undefined;
  if (action === undefined) return text((route['direct_response'] as Json | undefined)?.['status']) || '–';
  const weighted = list((action['weighted_clusters'] as Json | undefined)?.['clusters']);
  if (weighted.length === 0) return text(action['cluster']);
  return weighted.map((each) => `${text(each['name'])} ${text(each['weight']) || '0'}`).join(', ');
}

function endpointsOf(assignment: Json | undefined): string[] {
  return list(assignment?.['endpoints']).flatMap((locality) =>
    list(locality['lb_endpoints']).map((each) =>
      addressOf((each['endpoint'] as Json | undefined)?.['address']),
    ),
  );
}

function addressOf(address: unknown): string {
  const socket = (address as Json | undefined)?.['socket_address'] as Json | undefined;
  return socket === undefined ? '' : `${text(socket['address'])}:${text(socket['port_value'])}`;
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}
