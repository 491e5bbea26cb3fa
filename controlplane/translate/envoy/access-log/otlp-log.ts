import type { MessageInitShape } from '@bufbuild/protobuf';
import { OpenTelemetryAccessLogConfigSchema } from '#envoy/envoy/extensions/access_loggers/open_telemetry/v3/logs_service_pb.ts';
import type { AnyValueSchema } from '#envoy/opentelemetry/proto/common/v1/common_pb.ts';
import { AGENT_CLUSTER } from '../../../../common/contracts/bootstrap-clusters.ts';
import { TRACE_ID_ATTRIBUTE } from '../../../../common/contracts/access-log.ts';
import type { LoggingFormat } from '../../../model/types.ts';
import type { AccessLogInit } from '../connection-manager.ts';
import { extension } from '../typed.ts';

type ValueInit = MessageInitShape<typeof AnyValueSchema>;

/** Attributes of a record, by OpenTelemetry's names where there is one; each command is known to every supported Envoy. */
const ATTRIBUTES = {
  'http.request.method': '%REQ(:METHOD)%',
  'url.path': '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  'server.address': '%REQ(:AUTHORITY)%',
  'http.response.status_code': '%RESPONSE_CODE%',
  'http.request.body.size': '%BYTES_RECEIVED%',
  'http.response.body.size': '%BYTES_SENT%',
  'user_agent.original': '%REQ(USER-AGENT)%',
  'client.address': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  'network.protocol.name': '%PROTOCOL%',
  'envoy.duration_ms': '%DURATION%',
  'envoy.response_flags': '%RESPONSE_FLAGS%',
  'envoy.route': '%ROUTE_NAME%',
  'envoy.upstream_cluster': '%UPSTREAM_CLUSTER%',
  'envoy.upstream_host': '%UPSTREAM_HOST%',
  'envoy.request_id': '%REQ(X-REQUEST-ID)%',
  [TRACE_ID_ATTRIBUTE]: '%TRACE_ID%',
} as const;

const USUAL_BODY =
  '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS%';

/**
 * Returns the log of HTTP requests as records of OTLP, which Envoy sends to the agent. The body is in the format of the model's file, if
 * that has one.
 */
export function otlpLog(format: LoggingFormat | undefined): AccessLogInit {
  return extension('envoy.access_loggers.open_telemetry', OpenTelemetryAccessLogConfigSchema, {
    logName: 'access',
    grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: AGENT_CLUSTER } } },
    bufferFlushInterval: { seconds: 1n },
    // The agent adds resource attributes, which say more.
    disableBuiltinLabels: true,
    body: bodyOf(format),
    attributes: {
      values: Object.entries(ATTRIBUTES).map(([key, text]) => ({ key, value: textValue(text) })),
    },
  });
}

function bodyOf({ text = USUAL_BODY, json }: LoggingFormat = {}): ValueInit {
  if (json === undefined) return textValue(text.trimEnd());
  const values = json.map(({ key, value }) => ({ key, value: textValue(value) }));
  return { value: { case: 'kvlistValue', value: { values } } };
}

function textValue(value: string): ValueInit {
  return { value: { case: 'stringValue', value } };
}
