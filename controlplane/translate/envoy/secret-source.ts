import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  ApiConfigSource_ApiType as ApiType,
  ApiVersion,
  type ConfigSourceSchema,
} from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import type { SdsSecretConfigSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import { fileSecretName } from '../../../common/contracts/file-secret-name.ts';
import { SECRET_FETCH_TIMEOUT, SECRET_RETRY_INTERVALS } from '../defaults.ts';
import { AGENT_CLUSTER, SDS_CLUSTER } from '../../../common/contracts/bootstrap-clusters.ts';
import { certificateName, trustName } from '../tls/secret-names.ts';
import type { CertificateSource, TrustSource } from '../tls/sources.ts';
import { duration } from './duration.ts';

/** A secret's name and its SDS server. */
export type SecretConfigInit = MessageInitShape<typeof SdsSecretConfigSchema>;

type SourceInit = MessageInitShape<typeof ConfigSourceSchema>;

/** Refers to a certificate and its key as a secret; the agent serves certificates from files. */
export function certificateSecret(source: CertificateSource): SecretConfigInit {
  if (source.kind === 'acm') return fromControlPlane(certificateName(source.arn));
  if (source.kind === 'sds') return fromSocket(source.name);
  const { chain, privateKey } = source;
  return fromAgent(fileSecretName({ kind: 'certificate', chain, privateKey }));
}

/** Refers to trusted authorities as a secret; the agent serves authorities from files. */
export function trustSecret(source: TrustSource): SecretConfigInit {
  if (source.kind === 'sds') return fromSocket(source.name);
  if (source.kind === 'file') return fromAgent(fileSecretName({ kind: 'trust', chain: source.chain }));
  return fromControlPlane(trustName(source));
}

function fromControlPlane(name: string): SecretConfigInit {
  return config(name, { case: 'ads', value: {} });
}

/** SPIRE supports only the state-of-the-world variant. */
function fromSocket(name: string): SecretConfigInit {
  return config(name, service(SDS_CLUSTER, ApiType.GRPC));
}

/** Refers to a secret of the agent. The incremental variant tells Envoy at once that a secret does not exist, so that Envoy does not wait. */
export function fromAgent(name: string): SecretConfigInit {
  return config(name, service(AGENT_CLUSTER, ApiType.DELTA_GRPC));
}

function service(clusterName: string, apiType: ApiType): NonNullable<SourceInit['configSourceSpecifier']> {
  const retryBackOff = {
    baseInterval: duration(SECRET_RETRY_INTERVALS.base),
    maxInterval: duration(SECRET_RETRY_INTERVALS.max),
  };
  const envoyGrpc = { clusterName, retryPolicy: { retryBackOff } };
  const grpcServices = [{ targetSpecifier: { case: 'envoyGrpc' as const, value: envoyGrpc } }];
  const value = {
    apiType,
    transportApiVersion: ApiVersion.V3,
    setNodeOnFirstMessageOnly: true,
    grpcServices,
  };
  return { case: 'apiConfigSource', value };
}

function config(
  name: string,
  configSourceSpecifier: NonNullable<SourceInit['configSourceSpecifier']>,
): SecretConfigInit {
  const initialFetchTimeout = duration(SECRET_FETCH_TIMEOUT);
  return {
    name,
    sdsConfig: { configSourceSpecifier, resourceApiVersion: ApiVersion.V3, initialFetchTimeout },
  };
}
