import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  ClientResourceStatus,
  UpdateFailureStateSchema,
} from '#envoy/envoy/admin/v3/config_dump_shared_pb.ts';
import { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import {
  ClientConfig_GenericXdsConfigSchema,
  ClientConfigSchema,
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
  ConfigStatus,
  type ClientConfig,
  type ClientConfig_GenericXdsConfig,
} from '#envoy/envoy/service/status/v3/csds_pb.ts';
import type { XdsNode } from '../node.ts';
import { CallError } from '../grpc/call-error.ts';
import { status } from '../grpc/status.ts';
import type { ResourceStatus } from '../protocol/resource-status.ts';
import type { XdsClient } from '../status.ts';
import { matchesNode } from './node-matcher.ts';

/** The most resources in one answer: some 30 MB. */
const MOST_RESOURCES = 200_000;

/**
 * Answers an `envoy.service.status.v3.ClientStatusRequest` about the clients that it matches. The answer has no contents, as
 * if `exclude_resource_contents` were always set: no secret can leak, and thousands of proxies fit into an answer.
 * @throws CallError on an invalid request, an unsupported matcher, and an answer that would be too long
 */
export function answerStatus(request: Uint8Array, clients: readonly XdsClient[]): Buffer {
  const { nodeMatchers } = decode(request);
  const matches = nodeMatchers.map(matchesNode);
  const asked = clients.filter(({ node }) => matches.length === 0 || matches.some((match) => match(node)));
  const config: ClientConfig[] = [];
  let left = MOST_RESOURCES;
  for (const client of asked) {
    const resources = client.resources();
    left -= resources.length;
    if (left < 0) {
      const limit = `more than ${MOST_RESOURCES} resources of ${asked.length} clients: narrow it with node_matchers`;
      throw new CallError(status.RESOURCE_EXHAUSTED, limit);
    }
    config.push(
      create(ClientConfigSchema, { node: nodeOf(client.node), genericXdsConfigs: resources.map(configOf) }),
    );
  }
  return Buffer.from(toBinary(ClientStatusResponseSchema, create(ClientStatusResponseSchema, { config })));
}

function decode(request: Uint8Array) {
  try {
    return fromBinary(ClientStatusRequestSchema, request, { readUnknownFields: false });
  } catch (error) {
    throw new CallError(status.INVALID_ARGUMENT, `no ClientStatusRequest: ${String(error)}`, {
      cause: error,
    });
  }
}

function nodeOf({ id, cluster, metadata, version }: XdsNode) {
  const [userAgentName = '', value = ''] = version.split(' ');
  return create(NodeSchema, {
    id,
    cluster,
    metadata,
    userAgentName,
    userAgentVersionType: { case: 'userAgentVersion', value },
  });
}

const CONFIG_STATUS = {
  synced: ConfigStatus.SYNCED,
  stale: ConfigStatus.STALE,
  'not sent': ConfigStatus.NOT_SENT,
  nacked: ConfigStatus.ERROR,
} as const satisfies Record<ResourceStatus['state'], ConfigStatus>;

const CLIENT_STATUS = {
  synced: ClientResourceStatus.ACKED,
  stale: ClientResourceStatus.REQUESTED,
  'not sent': ClientResourceStatus.REQUESTED,
  nacked: ClientResourceStatus.NACKED,
} as const satisfies Record<ResourceStatus['state'], ClientResourceStatus>;

function configOf({
  typeUrl,
  name,
  version,
  state,
  doesNotExist,
  nack,
}: ResourceStatus): ClientConfig_GenericXdsConfig {
  const errorState =
    nack &&
    create(UpdateFailureStateSchema, {
      details: nack.message,
      versionInfo: nack.version,
      lastUpdateAttempt: timestampFromMs(nack.at),
    });
  return create(ClientConfig_GenericXdsConfigSchema, {
    typeUrl,
    name,
    versionInfo: version,
    configStatus: CONFIG_STATUS[state],
    clientStatus: doesNotExist ? ClientResourceStatus.DOES_NOT_EXIST : CLIENT_STATUS[state],
    ...(errorState === undefined ? {} : { errorState }),
  });
}
