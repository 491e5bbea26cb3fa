import { CLUSTER, LISTENER, type Resource, type TypeUrl } from '../../xds/types.ts';
import { AGENT_CLUSTER, SDS_CLUSTER } from '../../common/contracts/bootstrap-clusters.ts';
import { valuesAt } from '../../xds/wire/values-at.ts';

/** The server of a secret: `files` is the agent, `sds` the server at `APPMESH_SDS_SOCKET_PATH`, `ads` the control plane. */
export type SecretSource = 'files' | 'sds' | 'ads';

/** A place in Envoy's configuration that names a secret. */
export type SecretReference = {
  readonly name: string;
  readonly kind: 'certificate' | 'trust';
  readonly source: SecretSource;
  readonly user: {
    readonly kind: 'listener' | 'cluster';
    /** The filter chain's name, or the cluster's. */
    readonly name: string;
  };
};

// Decoded by hand, because the generated types of listeners and clusters load most of Envoy's API and need memory.
// Field numbers: envoy/config/{listener,cluster,core}/v3 and envoy/extensions/transport_sockets/tls/v3.
const ANY = { typeUrl: 1, value: 2 } as const;
const LISTENER_FIELDS = { filterChains: 3, defaultFilterChain: 25 } as const;
const FILTER_CHAIN = { transportSocket: 6, name: 7 } as const;
const CLUSTER_FIELDS = { transportSocket: 24, transportSocketMatches: 43 } as const;
const TRANSPORT_SOCKET_MATCH = { transportSocket: 3 } as const;
const TRANSPORT_SOCKET = { typedConfig: 3 } as const;
const TLS_CONTEXT = { commonTlsContext: 1 } as const;
const COMMON_TLS_CONTEXT = { certificates: 6, trust: 7, combined: 8 } as const;
const COMBINED = { trust: 2 } as const;
const SDS_SECRET_CONFIG = { name: 1, sdsConfig: 2 } as const;
const CONFIG_SOURCE = { apiConfigSource: 2, ads: 3 } as const;
const API_CONFIG_SOURCE = { grpcServices: 4 } as const;
const GRPC_SERVICE = { envoyGrpc: 1 } as const;
const ENVOY_GRPC = { clusterName: 1 } as const;

const TLS_CONTEXTS = /\.transport_sockets\.tls\.v3\.(?:Downstream|Upstream)TlsContext$/;

/** Returns the secrets that a listener or cluster references; none for other types. */
export function secretReferences(typeUrl: TypeUrl, { name, any }: Resource): readonly SecretReference[] {
  const content = valuesAt(any, [ANY.value]);
  if (typeUrl === LISTENER) {
    const chains = [LISTENER_FIELDS.filterChains, LISTENER_FIELDS.defaultFilterChain].flatMap((field) =>
      content.flatMap((each) => valuesAt(each, [field])),
    );
    return chains.flatMap((chain) => {
      const user = { kind: 'listener', name: text(chain, FILTER_CHAIN.name) || name } as const;
      return valuesAt(chain, [FILTER_CHAIN.transportSocket]).flatMap((socket) => ofSocket(socket, user));
    });
  }
  if (typeUrl !== CLUSTER) return [];
  const paths = [
    [CLUSTER_FIELDS.transportSocket],
    [CLUSTER_FIELDS.transportSocketMatches, TRANSPORT_SOCKET_MATCH.transportSocket],
  ];
  const sockets = paths.flatMap((path) => content.flatMap((each) => valuesAt(each, path)));
  return sockets.flatMap((socket) => ofSocket(socket, { kind: 'cluster', name }));
}

function ofSocket(socket: Uint8Array, user: SecretReference['user']): readonly SecretReference[] {
  const contexts = valuesAt(socket, [TRANSPORT_SOCKET.typedConfig])
    .filter((config) => TLS_CONTEXTS.test(text(config, ANY.typeUrl)))
    .flatMap((config) => valuesAt(config, [ANY.value, TLS_CONTEXT.commonTlsContext]));
  const of = (kind: SecretReference['kind'], path: readonly number[]) =>
    contexts
      .flatMap((context) => valuesAt(context, path))
      .flatMap((config) => {
        const source = sourceOf(config);
        return source === undefined
          ? []
          : [{ name: text(config, SDS_SECRET_CONFIG.name), kind, source, user }];
      });
  return [
    ...of('certificate', [COMMON_TLS_CONTEXT.certificates]),
    ...of('trust', [COMMON_TLS_CONTEXT.trust]),
    ...of('trust', [COMMON_TLS_CONTEXT.combined, COMBINED.trust]),
  ];
}

/** Undefined for a source that this agent's bootstrap does not have. */
function sourceOf(config: Uint8Array): SecretSource | undefined {
  if (valuesAt(config, [SDS_SECRET_CONFIG.sdsConfig, CONFIG_SOURCE.ads]).length > 0) return 'ads';
  const path = [
    SDS_SECRET_CONFIG.sdsConfig,
    CONFIG_SOURCE.apiConfigSource,
    API_CONFIG_SOURCE.grpcServices,
    GRPC_SERVICE.envoyGrpc,
  ];
  const [service] = valuesAt(config, path);
  const cluster = service === undefined ? '' : text(service, ENVOY_GRPC.clusterName);
  if (cluster === AGENT_CLUSTER) return 'files';
  return cluster === SDS_CLUSTER ? 'sds' : undefined;
}

function text(message: Uint8Array, field: number): string {
  const [bytes] = valuesAt(message, [field]);
  return bytes === undefined ? '' : Buffer.from(bytes).toString();
}
