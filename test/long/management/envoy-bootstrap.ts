const HTTP =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** Returns a bootstrap whose one listener answers by itself, and counts its requests under the names of the metrics extension. */
export function envoyBootstrap(adminSocket: string, port: number): object {
  const manager = {
    '@type': HTTP,
    statPrefix: 'ingress',
    accessLog: [
      {
        name: 'stats',
        typedConfig: {
          '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config',
          statPrefix: 'appmesh',
          counters: [
            {
              stat: {
                name: 'RequestCount',
                tags: [
                  { name: 'Mesh', valueFormat: 'm' },
                  { name: 'VirtualNode', valueFormat: '%REQ(:PATH)%' },
                ],
              },
              valueFixed: 1,
            },
          ],
          histograms: [{ stat: { name: 'TargetResponseTime' }, valueFormat: '%DURATION%' }],
        },
      },
    ],
    routeConfig: {
      virtualHosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            { match: { prefix: '/' }, directResponse: { status: 200, body: { inlineString: 'hello\n' } } },
          ],
        },
      ],
    },
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  return {
    node: { id: 'mesh/m/virtualNode/n', cluster: 'n' },
    admin: { address: { pipe: { path: adminSocket, mode: 0o600 } } },
    staticResources: {
      listeners: [
        {
          name: 'ingress',
          trafficDirection: 'INBOUND',
          address: { socketAddress: { address: '127.0.0.1', portValue: port } },
          filterChains: [
            { filters: [{ name: 'envoy.filters.network.http_connection_manager', typedConfig: manager }] },
          ],
        },
      ],
    },
  };
}
