import { create, equals, fromBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import type { Response } from './request.ts';
import { makeResource } from './testing.ts';
import { CLUSTER, ROUTES, type Resource } from './types.ts';
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

test('the bytes of a response are its own, whatever was written before it', () => {
  const read = (asked: Partial<Response>) => {
    const bytes = encodeSotwResponse({ ...response, ...asked });
    const { versionInfo, nonce, resources: found, typeUrl } = fromBinary(DiscoveryResponseSchema, bytes);
    return [versionInfo, nonce, typeUrl, found.map(({ value }) => value.length)];
  };
  const few = resources.slice(0, 3);
  const lengths = (all: readonly Resource[]) => all.map(({ any }) => fromBinary(AnySchema, any).value.length);
  // From long to short and back, from one of over a mebibyte to one of the page, the same but for its nonce, version or type.
  for (const nonce of ['1', '1234567', '9']) {
    expect(read({ nonce })).toEqual(['v', nonce, CLUSTER, lengths(resources)]);
    expect(read({ nonce, resources: few })).toEqual(['v', nonce, CLUSTER, lengths(few)]);
    expect(read({ nonce: '88', resources: [...few] })).toEqual(['v', '88', CLUSTER, lengths(few)]);
    expect(read({ nonce, resources: few.slice(1) })).toEqual(['v', nonce, CLUSTER, lengths(few.slice(1))]);
    expect(read({ nonce, resources: few.toReversed() })).toEqual([
      'v',
      nonce,
      CLUSTER,
      lengths(few.toReversed()),
    ]);
    expect(read({ nonce, resources: few, version: 'w' })).toEqual(['w', nonce, CLUSTER, lengths(few)]);
    expect(read({ nonce, resources: few, typeUrl: ROUTES })).toEqual(['v', nonce, ROUTES, lengths(few)]);
  }
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
