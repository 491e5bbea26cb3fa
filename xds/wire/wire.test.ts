import { create, equals, fromBinary } from '@bufbuild/protobuf';
import { AnySchema, anyUnpack } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { ClusterLoadAssignmentSchema } from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import type { Response } from './request.ts';
import { makeResource } from '../testing/resources.ts';
import { CLUSTER, ENDPOINTS, ROUTES } from '../types.ts';
import { encodeDeltaResponse, encodeSotwResponse } from './wire.ts';

// Lengths around the values at which the encoded length grows by a byte.
const resources = [1, 60, 127, 128, 16_383, 16_384, 2_200_000].map((size) =>
  makeResource(CLUSTER, `größe-${size}`, 'x'.repeat(size)),
);
const anys = resources.map(({ any }) => fromBinary(AnySchema, any));
const response = { typeUrl: CLUSTER, version: 'v', nonce: '7', resources, removed: ['a', 'ü'] };

test('a state-of-the-world response decodes to the intended message', () => {
  const expected = { versionInfo: 'v', typeUrl: CLUSTER, nonce: '7', resources: anys };
  const read = fromBinary(DiscoveryResponseSchema, encodeSotwResponse(response));
  expect(equals(DiscoveryResponseSchema, read, create(DiscoveryResponseSchema, expected))).toBe(true);
});

const few = resources.slice(0, 3);
const usual = { ...response, resources: few, typeUrl: ENDPOINTS };

test.each<Partial<Response>>([
  { nonce: '1234567' },
  { version: 'w' },
  { typeUrl: ROUTES },
  { removed: ['a'] },
  { removed: ['ü', 'a'] },
  { resources: few.slice(1) },
  { resources: few.toReversed() },
  { resources: [...few.slice(1), makeResource(CLUSTER, 'größe-1', 'y')] },
  { resources }, // more than a mebibyte
])('the bytes of a response do not depend on the responses before it: %#', (other) => {
  const read = (changes: Partial<Response>) =>
    fromBinary(DiscoveryResponseSchema, Uint8Array.from(encodeSotwResponse({ ...usual, ...changes })));
  const before = read({});
  const after = read(other);
  expect(read({})).toEqual(before);
  const { nonce, version, typeUrl, resources: wanted, removed } = { ...usual, ...other };
  expect(after).toMatchObject({ nonce, versionInfo: version, typeUrl });
  const absent = typeUrl === ENDPOINTS ? removed.length : 0;
  expect(after.resources).toHaveLength(wanted.length + absent);
  expect(after.resources.slice(0, wanted.length)).toEqual(
    wanted.map(({ any }) => fromBinary(AnySchema, any)),
  );
});

test('an incremental response decodes to the intended message', () => {
  const expected = {
    systemVersionInfo: 'v',
    typeUrl: CLUSTER,
    nonce: '7',
    removedResources: ['a', 'ü'],
    resources: resources.map(({ name, version }, index) => ({ name, version, resource: anys[index] })),
  };
  const read = fromBinary(DeltaDiscoveryResponseSchema, encodeDeltaResponse(response));
  expect(
    equals(DeltaDiscoveryResponseSchema, read, create(DeltaDiscoveryResponseSchema, expected as never)),
  ).toBe(true);
});

test('an assignment without a name is left out: Envoy would NACK the response', () => {
  const assignments = { typeUrl: ENDPOINTS, version: '1', nonce: '1', resources: [], removed: ['', 'a'] };
  const read = fromBinary(DiscoveryResponseSchema, encodeSotwResponse(assignments));
  const names = read.resources.map((any) => anyUnpack(any, ClusterLoadAssignmentSchema)?.clusterName);
  expect(names).toEqual(['a']);
});
