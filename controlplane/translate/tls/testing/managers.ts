import { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { RouterSchema } from '#envoy/envoy/extensions/filters/http/router/v3/router_pb.ts';
import { extension, typed, type Extension } from '../../envoy/typed.ts';

/** Answers every request with 200, and closes the connection afterwards. */
export function answering(): Extension {
  return manager({ action: { case: 'directResponse', value: { status: 200 } } });
}

/** Forwards every request to a cluster. */
export function forwarding(cluster: string): Extension {
  return manager({
    action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: cluster } } },
  });
}

function manager({ action }: { readonly action: object }): Extension {
  const router = { case: 'typedConfig' as const, value: typed(RouterSchema, {}) };
  const route = { match: { pathSpecifier: { case: 'prefix', value: '/' } }, action };
  return extension('envoy.filters.network.http_connection_manager', HttpConnectionManagerSchema, {
    statPrefix: 'test',
    httpFilters: [{ name: 'envoy.filters.http.router', configType: router }],
    commonHttpProtocolOptions: { maxRequestsPerConnection: 1 },
    routeSpecifier: {
      case: 'routeConfig',
      value: { virtualHosts: [{ name: 'all', domains: ['*'], routes: [route as never] }] },
    },
  });
}
