import { TcpGrpcAccessLogConfigSchema } from '#envoy/envoy/extensions/access_loggers/grpc/v3/als_pb.ts';
import { ApiVersion } from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import { AGENT_CLUSTER } from '../../../../common/contracts/bootstrap-clusters.ts';
import type { AccessLogInit } from '../connection-manager.ts';
import { duration } from '../duration.ts';
import { expression } from '../metric-extension/stats-logger.ts';
import { extension } from '../typed.ts';

/** How long Envoy gathers entries, in milliseconds. */
const GATHER_MS = 5000;

/** Returns the log of connections and requests without mutual TLS, which Envoy sends to the agent: who called, and which port. */
export function plainCallersLog(): AccessLogInit {
  const log = extension('envoy.access_loggers.tcp_grpc', TcpGrpcAccessLogConfigSchema, {
    commonConfig: {
      logName: 'plain',
      grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: AGENT_CLUSTER } } },
      transportApiVersion: ApiVersion.V3,
      bufferFlushInterval: duration(GATHER_MS),
    },
  });
  return { ...log, filter: expression('!connection.mtls') };
}
