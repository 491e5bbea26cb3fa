import { AGENT_CLUSTER, SDS_CLUSTER } from '../../../../common/contracts/bootstrap-clusters.ts';

/** The node id. */
export const ID = 'envoy';

/** The number of static clusters in the bootstrap. */
export const STATIC_CLUSTERS = 3;

/** The unix sockets of the control plane, of the SDS server, and of Envoy's admin interface. */
export type Sockets = { readonly ads: string; readonly sds: string; readonly admin: string };

/** Returns a bootstrap that equals the agent's in every setting that a configuration can depend on. */
export function bootstrap(sockets: Sockets): object {
  const service = (cluster: string) => ({ envoy_grpc: { cluster_name: cluster } });
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const cluster = (name: string, path: string) => ({
    name,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path } } } }] }],
    },
    typed_extension_protocol_options: {
      [options]: {
        '@type': `type.googleapis.com/${options}`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  });
  return {
    node: { id: ID, cluster: ID },
    admin: { address: { pipe: { path: sockets.admin } } },
    // The same value as in the agent's bootstrap.
    layered_runtime: {
      layers: [{ name: 'static', static_layer: { 're2.max_program_size.error_level': 1000 } }],
    },
    dynamic_resources: {
      lds_config: ads,
      cds_config: ads,
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [service('ads')],
      },
    },
    static_resources: {
      clusters: [
        cluster('ads', sockets.ads),
        cluster(AGENT_CLUSTER, sockets.sds),
        cluster(SDS_CLUSTER, sockets.sds),
      ],
    },
  };
}
