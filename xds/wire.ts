import { fromBinary } from '@bufbuild/protobuf';
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { keepNode } from './node.ts';
import type { DeltaRequest, Response, SotwRequest } from './request.ts';
import { createResponsePage } from './response-page.ts';
import { bytesField, bytesFieldOf, concatenate, stringField } from './wire-fields.ts';
import { deltaResourceWithTtl, sotwResourceWithTtl, type TtlForm } from './ttl.ts';
import { ENDPOINTS, sameTypeUrl, type Resource } from './types.ts';

// Unknown fields are skipped, not kept: an Envoy's node brings 60 kB of them.
const SKIP_UNKNOWN = { readUnknownFields: false };

/** Reads an `envoy.service.discovery.v3.DiscoveryRequest`. Throws on bytes that are none. */
export function decodeSotwRequest(bytes: Uint8Array): SotwRequest {
  const message = fromBinary(DiscoveryRequestSchema, bytes, SKIP_UNKNOWN);
  return {
    node: message.node && keepNode(message.node),
    typeUrl: sameTypeUrl(message.typeUrl),
    nonce: message.responseNonce,
    error: message.errorDetail?.message,
    names: message.resourceNames,
    version: message.versionInfo,
  };
}

/** Reads an `envoy.service.discovery.v3.DeltaDiscoveryRequest`. Throws on bytes that are none. */
export function decodeDeltaRequest(bytes: Uint8Array): DeltaRequest {
  const message = fromBinary(DeltaDiscoveryRequestSchema, bytes, SKIP_UNKNOWN);
  return {
    node: message.node && keepNode(message.node),
    typeUrl: sameTypeUrl(message.typeUrl),
    nonce: message.responseNonce,
    error: message.errorDetail?.message,
    subscribe: message.resourceNamesSubscribe,
    unsubscribe: message.resourceNamesUnsubscribe,
    initialVersions: message.initialResourceVersions,
  };
}

// A protobuf message is the concatenation of its fields in any order, so a resource is encoded once and copied into every
// response that brings it.

const DISCOVERY_RESPONSE = { version: 1, resources: 2, typeUrl: 4 };
const DELTA_RESPONSE = { version: 1, resources: 2, typeUrl: 4, removed: 6 };
const ANY = { typeUrl: 1, value: 2 };
const CLUSTER_LOAD_ASSIGNMENT = { clusterName: 1 };
const DELTA_RESOURCE = { version: 1, resource: 2, name: 3 };

const sotwPage = createResponsePage();
const deltaPage = createResponsePage();

/**
 * Writes an `envoy.service.discovery.v3.DiscoveryResponse`, whose bytes stand until the next one. Without `ttl`, resources are
 * written as if they had none.
 */
export function encodeSotwResponse(response: Response, ttl?: TtlForm): Buffer {
  const { version, typeUrl, resources, removed } = response;
  return sotwPage.write(response, ttl, () => [
    stringField(DISCOVERY_RESPONSE.version, version),
    stringField(DISCOVERY_RESPONSE.typeUrl, typeUrl),
    ...resources.flatMap((resource) =>
      ttl === undefined || resource.ttlMs === undefined
        ? sotwFields(resource)
        : bytesField(DISCOVERY_RESPONSE.resources, sotwResourceWithTtl(resource, version, ttl)),
    ),
    // An Envoy whose cluster warms waits for its endpoints; of other types there is no word for what does not exist.
    ...(typeUrl === ENDPOINTS ? removed.map(noEndpoints) : []),
  ]);
}

/**
 * Writes an `envoy.service.discovery.v3.DeltaDiscoveryResponse`, whose bytes stand until the next one. Without `ttl`, resources
 * are written as if they had none.
 */
export function encodeDeltaResponse(response: Response, ttl?: TtlForm): Buffer {
  const { version, typeUrl, resources, removed } = response;
  return deltaPage.write(response, ttl, () => [
    stringField(DELTA_RESPONSE.version, version),
    stringField(DELTA_RESPONSE.typeUrl, typeUrl),
    ...removed.map((name) => stringField(DELTA_RESPONSE.removed, name)),
    ...resources.flatMap((resource) =>
      ttl === undefined || resource.ttlMs === undefined
        ? deltaFields(resource)
        : bytesField(DELTA_RESPONSE.resources, deltaResourceWithTtl(resource, ttl)),
    ),
  ]);
}

function sotwFields({ any }: Resource): readonly Uint8Array[] {
  return bytesFieldOf(DISCOVERY_RESPONSE.resources, [any]);
}

function deltaFields({ name, version, any }: Resource): readonly Uint8Array[] {
  return bytesFieldOf(DELTA_RESPONSE.resources, [
    stringField(DELTA_RESOURCE.version, version),
    ...bytesFieldOf(DELTA_RESOURCE.resource, [any]),
    stringField(DELTA_RESOURCE.name, name),
  ]);
}

/** A cluster's endpoints, of which there are none. */
function noEndpoints(cluster: string): Buffer {
  const assignment = stringField(CLUSTER_LOAD_ASSIGNMENT.clusterName, cluster);
  const any = concatenate([stringField(ANY.typeUrl, ENDPOINTS), bytesField(ANY.value, assignment)]);
  return bytesField(DISCOVERY_RESPONSE.resources, any);
}
