import { create, equals, fromBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { makeResource } from './testing.ts';
import { CLUSTER } from './types.ts';
import { encodeDeltaResponse, encodeSotwResponse } from './wire.ts';

// Lengths around those where their own encoding grows by a byte.
const resources = [1, 60, 127, 128, 16_383, 16_384, 2_200_000].map((size) =>
  makeResource(CLUSTER, `größe-${size}`, 'x'.repeat(size)),
);
const anys = resources.map(({ any }) => fromBinary(AnySchema, any));
const response = { typeUrl: CLUSTER, version: 'v', nonce: '7', resources, removed: ['a', 'ü'] };

test('a state-of-the-world response reads back as it was meant', () => {
  const expected = { versionInfo: 'v', typeUrl: CLUSTER, nonce: '7', resources: anys };
  const read = fromBinary(DiscoveryResponseSchema, encodeSotwResponse(response));
  expect(equals(DiscoveryResponseSchema, read, create(DiscoveryResponseSchema, expected))).toBe(true);
});

test('an incremental response reads back as it was meant', () => {
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
