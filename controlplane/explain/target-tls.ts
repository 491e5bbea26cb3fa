import { fromBinary } from '@bufbuild/protobuf';
import type { Cluster } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import type { TransportSocket } from '#envoy/envoy/config/core/v3/base_pb.ts';
import type { ClusterLoadAssignment } from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import { UpstreamTlsContextSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts';
import { SubjectAltNameMatcher_SanType as SanType } from '#envoy/envoy/extensions/transport_sockets/tls/v3/common_pb.ts';
import type { Served } from './served.ts';

/**
 * How the connections to a target are encrypted. `plain`: not at all. `tls`: by TLS that the model configures. `mutual`: by mutual TLS with
 * certificates of the control plane's authority, to a target whose certificate has the SPIFFE id `target`. `instances`: whether all, some
 * or none of the known instances accept mutual TLS; the others get plain text.
 */
export type TargetTls =
  | { readonly kind: 'plain' }
  | { readonly kind: 'tls' }
  | { readonly kind: 'mutual'; readonly target: string; readonly instances: 'all' | 'some' | 'none' };

/** Reads the encryption of a cluster from its configuration; undefined for a cluster that is not there. */
export function targetTls({ clusters, endpoints }: Served, name: string): TargetTls | undefined {
  const cluster = clusters.get(name);
  if (cluster === undefined) return undefined;
  const [match] = cluster.transportSocketMatches;
  if (match?.transportSocket !== undefined) {
    const instances = marks(cluster.loadAssignment ?? endpoints.get(name), match.match);
    return { kind: 'mutual', target: expectedId(match.transportSocket), instances };
  }
  return { kind: isTls(cluster) ? 'tls' : 'plain' };
}

function isTls({ transportSocket }: Cluster): boolean {
  return transportSocket?.name === 'envoy.transport_sockets.tls';
}

/** Returns which hosts have the metadata that chooses the socket. */
function marks(
  assignment: ClusterLoadAssignment | undefined,
  wanted: NonNullable<Cluster['transportSocketMatches'][number]['match']> | undefined,
): 'all' | 'some' | 'none' {
  const hosts = (assignment?.endpoints ?? []).flatMap(({ lbEndpoints }) => lbEndpoints);
  const chosen = hosts.filter(({ metadata }) => {
    const has = metadata?.filterMetadata['envoy.transport_socket_match'] ?? {};
    return Object.entries(wanted ?? {}).every(([key, value]) => has[key] === value);
  });
  if (chosen.length === 0) return 'none';
  return chosen.length === hosts.length ? 'all' : 'some';
}

/** Returns the URI name that the target's certificate must have. */
function expectedId({ configType }: TransportSocket): string {
  if (configType.case !== 'typedConfig') return '';
  const { commonTlsContext } = fromBinary(UpstreamTlsContextSchema, configType.value.value);
  const context = commonTlsContext?.validationContextType;
  const validation =
    context?.case === 'combinedValidationContext' ? context.value.defaultValidationContext : undefined;
  const uri = validation?.matchTypedSubjectAltNames.find(({ sanType }) => sanType === SanType.URI);
  const pattern = uri?.matcher?.matchPattern;
  return pattern?.case === 'exact' ? pattern.value : '';
}
