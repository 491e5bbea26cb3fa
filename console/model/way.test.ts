import { expect, test } from 'vitest';
import { waysOf, type Dump } from './way.ts';

const socket = (address: string, port: number) => {
  return { socket_address: { address, port_value: port } };
};
const endpoint = { endpoints: [{ lb_endpoints: [{ endpoint: { address: socket('10.0.0.1', 80) } }] }] };
const DUMP: Dump = {
  proxy: 'p',
  resources: {
    Listener: [{ name: 'in', address: socket('0.0.0.0', 15000), filter_chains: [{}, {}] }],
    RouteConfiguration: [
      {
        virtual_hosts: [
          {
            name: 'shop',
            routes: [
              {
                match: { prefix: '/' },
                route: { weighted_clusters: { clusters: [{ name: 'a', weight: 3 }, { name: 'b' }] } },
              },
              { match: { path: '/x' }, direct_response: { status: 503 } },
              { match: { safe_regex: { regex: '/y' } }, route: { cluster: 'a' } },
            ],
          },
        ],
      },
    ],
    Cluster: [
      { name: 'a', type: 'EDS', transport_socket: {} },
      { name: 'b', load_assignment: endpoint },
    ],
    ClusterLoadAssignment: [{ cluster_name: 'a', ...endpoint }],
  },
};

test('the way of a request: listeners, routes with their targets, clusters, endpoints of both kinds', () => {
  expect(waysOf(DUMP, (n) => `${n} chains`)).toEqual({
    listeners: [{ name: 'in', lines: ['0.0.0.0:15000', '2 chains'] }],
    routes: [{ name: 'shop', lines: ['/* → a 3, b 0', '/x → 503', '{"regex":"/y"} → a'] }],
    clusters: [
      { name: 'a', lines: ['EDS', 'TLS'] },
      { name: 'b', lines: ['STATIC'] },
    ],
    endpoints: [
      { name: 'a', lines: ['10.0.0.1:80'] },
      { name: 'b', lines: ['10.0.0.1:80'] },
    ],
  });
});

test('a configuration that is empty, or in which members have other types, gives no malformed step', () => {
  const nothing = { listeners: [], routes: [], clusters: [], endpoints: [] };
  expect(waysOf({ proxy: 'p', resources: {} }, String)).toEqual(nothing);
  const odd = { RouteConfiguration: [{ virtual_hosts: 'x' }], Listener: [{ name: 1, filter_chains: {} }] };
  expect(waysOf({ proxy: 'p', resources: odd }, String).listeners).toEqual([{ name: '1', lines: ['', '0'] }]);
});
