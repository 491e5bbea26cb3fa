import { fromBinary } from '@bufbuild/protobuf';
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { keepNode } from './node.ts';
import type { DeltaRequest, Response, SotwRequest } from './request.ts';
import { bytesField, concatenate, stringField } from './wire-fields.ts';
import { deltaResourceWithTtl, sotwResourceWithTtl, type TtlForm } from './ttl.ts';
import { ENDPOINTS, type Resource } from './types.ts';

// Unknown fields are skipped, not kept: an Envoy's node brings 60 kB of them.
const SKIP_UNKNOWN = { readUnknownFields: false };

/** Reads an `envoy.service.discovery.v3.DiscoveryRequest`. Throws on bytes that are none. */
export function decodeSotwRequest(bytes: Uint8Array): SotwRequest {
  const message = fromBinary(DiscoveryRequestSchema, bytes, SKIP_UNKNOWN);
  return {
    node: message.node && keepNode(message.node),
    typeUrl: message.typeUrl,
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
    typeUrl: message.typeUrl,
    nonce: message.responseNonce,
    error: message.errorDetail?.message,
    subscribe: message.resourceNamesSubscribe,
    unsubscribe: message.resourceNamesUnsubscribe,
    initialVersions: message.initialResourceVersions,
  };
}

// A protobuf message is the concatenation of its fields in any order, so a resource's field is encoded once and
// copied into every response that brings it.

const DISCOVERY_RESPONSE = { version: 1, resources: 2, typeUrl: 4, nonce: 5 };
const DELTA_RESPONSE = { version: 1, resources: 2, typeUrl: 4, nonce: 5, removed: 6 };
const ANY = { typeUrl: 1, value: 2 };
const CLUSTER_LOAD_ASSIGNMENT = { clusterName: 1 };
const DELTA_RESOURCE = { version: 1, resource: 2, name: 3 };

/** Writes an `envoy.service.discovery.v3.DiscoveryResponse`. Without `ttl`, resources are written as if they had none. */
export function encodeSotwResponse(
  { version, typeUrl, nonce, resources, removed }: Response,
  ttl?: TtlForm,
): Buffer {
  return concatenate([
    stringField(DISCOVERY_RESPONSE.version, version),
    stringField(DISCOVERY_RESPONSE.typeUrl, typeUrl),
    stringField(DISCOVERY_RESPONSE.nonce, nonce),
    ...resources.map((resource) =>
      ttl === undefined || resource.ttlMs === undefined
        ? cachedField(sotwFields, resource, sotwField)
        : bytesField(DISCOVERY_RESPONSE.resources, sotwResourceWithTtl(resource, version, ttl)),
    ),
    // An Envoy whose cluster warms waits for its endpoints; of other types there is no word for what does not exist.
    ...(typeUrl === ENDPOINTS ? removed.map(noEndpoints) : []),
  ]);
}

/** Writes an `envoy.service.discovery.v3.DeltaDiscoveryResponse`. Without `ttl`, resources are written as if they had none. */
export function encodeDeltaResponse(
  { version, typeUrl, nonce, resources, removed }: Response,
  ttl?: TtlForm,
): Buffer {
  return concatenate([
    stringField(DELTA_RESPONSE.version, version),
    stringField(DELTA_RESPONSE.typeUrl, typeUrl),
    stringField(DELTA_RESPONSE.nonce, nonce),
    ...removed.map((name) => stringField(DELTA_RESPONSE.removed, name)),
    ...resources.map((resource) =>
      ttl === undefined || resource.ttlMs === undefined
        ? cachedField(deltaFields, resource, deltaField)
        : bytesField(DELTA_RESPONSE.resources, deltaResourceWithTtl(resource, ttl)),
    ),
  ]);
}

const sotwFields = new WeakMap<Resource, Uint8Array>();
const deltaFields = new WeakMap<Resource, Uint8Array>();

function cachedField(
  cache: WeakMap<Resource, Uint8Array>,
  resource: Resource,
  encode: (resource: Resource) => Uint8Array,
): Uint8Array {
  let field = cache.get(resource);
  if (field === undefined) {
    field = encode(resource);
    cache.set(resource, field);
  }
  return field;
}

function sotwField({ any }: Resource): Uint8Array {
  return bytesField(DISCOVERY_RESPONSE.resources, any);
}

function deltaField({ name, version, any }: Resource): Uint8Array {
  const resource = concatenate([
    stringField(DELTA_RESOURCE.version, version),
    bytesField(DELTA_RESOURCE.resource, any),
    stringField(DELTA_RESOURCE.name, name),
  ]);
  return bytesField(DELTA_RESPONSE.resources, resource);
}

/** A cluster's endpoints, of which there are none. */
function noEndpoints(cluster: string): Buffer {
  const assignment = stringField(CLUSTER_LOAD_ASSIGNMENT.clusterName, cluster);
  const any = concatenate([stringField(ANY.typeUrl, ENDPOINTS), bytesField(ANY.value, assignment)]);
  return bytesField(DISCOVERY_RESPONSE.resources, any);
}
