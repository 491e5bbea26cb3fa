import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { NodeSchema, type Node } from '#envoy/envoy/config/core/v3/base_pb.ts';
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { bytesSize, stringSize, type MessageWriter } from './message-writer.ts';
import { keepNode } from '../node.ts';
import type { DeltaRequest, Response, SotwRequest } from './request.ts';
import { createResponsePage } from './response-page.ts';
import { bytesField, concatenate, stringField } from './wire-fields.ts';
import { deltaResourceWithTtl, sotwResourceWithTtl, type TtlForm } from '../protocol/ttl.ts';
import { messageField, withoutMessageField } from './wire-cut.ts';
import { ENDPOINTS, sameTypeUrl, type Resource } from '../types.ts';

/** The field number of a request's node per variant, and that of a node's extensions, which are 60 kB of an Envoy's message. */
const NODE = { sotw: 2, delta: 1 };
const EXTENSIONS = 9;

/** The most characters of a client's error that are kept: the server holds it, logs it, and shows it in the status. */
const MOST_ERROR = 16 * 1024;

// Drop fields that the generated types lack.
const SKIP_UNKNOWN = { readUnknownFields: false };

/** Decodes an `envoy.service.discovery.v3.DiscoveryRequest`. Throws on invalid bytes. */
export function decodeSotwRequest(bytes: Uint8Array): SotwRequest {
  const { message, node = message.node } = decode(DiscoveryRequestSchema, NODE.sotw, bytes);
  return {
    node: node && keepNode(node),
    typeUrl: sameTypeUrl(message.typeUrl),
    nonce: message.responseNonce,
    error: message.errorDetail?.message.slice(0, MOST_ERROR),
    names: message.resourceNames,
    version: message.versionInfo,
  };
}

/** Decodes an `envoy.service.discovery.v3.DeltaDiscoveryRequest`. Throws on invalid bytes. */
export function decodeDeltaRequest(bytes: Uint8Array): DeltaRequest {
  const { message, node = message.node } = decode(DeltaDiscoveryRequestSchema, NODE.delta, bytes);
  return {
    node: node && keepNode(node),
    typeUrl: sameTypeUrl(message.typeUrl),
    nonce: message.responseNonce,
    error: message.errorDetail?.message.slice(0, MOST_ERROR),
    subscribe: message.resourceNamesSubscribe,
    unsubscribe: message.resourceNamesUnsubscribe,
    initialVersions: message.initialResourceVersions,
  };
}

/** Decodes a request, and separately its node without extensions. If the node cannot be separated, it stays in the message. */
function decode<Request extends DescMessage>(
  schema: Request,
  nodeField: number,
  bytes: Uint8Array,
): { readonly message: MessageShape<Request>; readonly node: Node | undefined } {
  const node = messageField(bytes, nodeField);
  if (node === undefined) return { message: fromBinary(schema, bytes, SKIP_UNKNOWN), node };
  return {
    message: fromBinary(schema, withoutMessageField(bytes, nodeField), SKIP_UNKNOWN),
    node: fromBinary(NodeSchema, withoutMessageField(node, EXTENSIONS), SKIP_UNKNOWN),
  };
}

// A protobuf message is the concatenation of its fields in any order, so a resource is encoded once and copied into every
// response that contains it.

const DISCOVERY_RESPONSE = { version: 1, resources: 2, typeUrl: 4 };
const DELTA_RESPONSE = { version: 1, resources: 2, typeUrl: 4, removed: 6 };
const ANY = { typeUrl: 1, value: 2 };
const CLUSTER_LOAD_ASSIGNMENT = { clusterName: 1 };
const DELTA_RESOURCE = { version: 1, resource: 2, name: 3 };

const sotwPage = createResponsePage();
const deltaPage = createResponsePage();

/**
 * Encodes an `envoy.service.discovery.v3.DiscoveryResponse`, whose bytes are valid until the next one is encoded. Without `ttl`,
 * resources are encoded without their time to live.
 */
export function encodeSotwResponse(response: Response, ttl?: TtlForm): Buffer {
  const { version, typeUrl, resources, removed } = response;
  return sotwPage.write(response, ttl, (writer) => {
    writer.string(DISCOVERY_RESPONSE.version, version);
    writer.string(DISCOVERY_RESPONSE.typeUrl, typeUrl);
    for (const resource of resources) {
      const isPlain = ttl === undefined || resource.ttlMs === undefined;
      const any = isPlain ? resource.any : sotwResourceWithTtl(resource, version, ttl);
      writer.bytes(DISCOVERY_RESPONSE.resources, any);
    }
    // An Envoy with a warming cluster waits for its endpoints. No other type can express that a resource does not exist.
    if (typeUrl !== ENDPOINTS) return;
    // An assignment without a name is invalid, and Envoy would NACK the whole response.
    for (const cluster of removed)
      if (cluster !== '') writer.bytes(DISCOVERY_RESPONSE.resources, noEndpoints(cluster));
  });
}

/**
 * Encodes an `envoy.service.discovery.v3.DeltaDiscoveryResponse`, whose bytes are valid until the next one is encoded. Without `ttl`,
 * resources are encoded without their time to live.
 */
export function encodeDeltaResponse(response: Response, ttl?: TtlForm): Buffer {
  const { version, typeUrl, resources, removed } = response;
  return deltaPage.write(response, ttl, (writer) => {
    writer.string(DELTA_RESPONSE.version, version);
    writer.string(DELTA_RESPONSE.typeUrl, typeUrl);
    for (const name of removed) writer.string(DELTA_RESPONSE.removed, name);
    for (const resource of resources) {
      if (ttl === undefined || resource.ttlMs === undefined) writeDeltaResource(writer, resource);
      else writer.bytes(DELTA_RESPONSE.resources, deltaResourceWithTtl(resource, ttl));
    }
  });
}

function writeDeltaResource(writer: MessageWriter, { name, version, any }: Resource): void {
  writer.head(DELTA_RESPONSE.resources, stringSize(version) + bytesSize(any) + stringSize(name));
  writer.string(DELTA_RESOURCE.version, version);
  writer.bytes(DELTA_RESOURCE.resource, any);
  writer.string(DELTA_RESOURCE.name, name);
}

/** Encodes an empty assignment for a cluster. */
function noEndpoints(cluster: string): Buffer {
  const assignment = stringField(CLUSTER_LOAD_ASSIGNMENT.clusterName, cluster);
  return concatenate([stringField(ANY.typeUrl, ENDPOINTS), bytesField(ANY.value, assignment)]);
}
