import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { DeltaDiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { keepNode } from '../node.ts';
import { CLUSTER } from '../types.ts';
import { decodeDeltaRequest } from './wire.ts';
import { messageField, withoutMessageField } from './wire-cut.ts';
import { bytesField } from './wire-fields.ts';
import { runs } from '../../common/testing/short-form.ts';

describe('separates the message fields of a number from the others', () => {
  test.each<[string, number[], number[] | undefined, number[]]>([
    ['of an empty message', [], undefined, []],
    ['that is absent', [0x08, 1, 0x1a, 1, 0xff], undefined, [0x08, 1, 0x1a, 1, 0xff]],
    ['that is alone', [0x12, 2, 1, 2], [1, 2], []],
    ['that is empty', [0x12, 0, 0x08, 1], [], [0x08, 1]],
    ['among others', [0x08, 0x96, 1, 0x12, 1, 7, 0x1a, 0], [7], [0x08, 0x96, 1, 0x1a, 0]],
    ['that occurs twice', [0x12, 1, 1, 0x18, 5, 0x12, 1, 2], [1, 2], [0x18, 5]],
    [
      'of four and eight bytes',
      [0x0d, 1, 2, 3, 4, 0x12, 1, 9, 0x09, 1, 2, 3, 4, 5, 6, 7, 8],
      [9],
      [0x0d, 1, 2, 3, 4, 0x09, 1, 2, 3, 4, 5, 6, 7, 8],
    ],
    ['whose tag has an overlong encoding', [0x92, 0, 1, 5], [5], []],
    ['beside a varint field of the same number', [0x10, 5, 0x12, 1, 9], [9], [0x10, 5]],
  ])('%s', (_, message, inside, rest) => {
    const found = messageField(Uint8Array.from(message), 2);
    expect(found && [...found]).toEqual(inside);
    expect([...withoutMessageField(Uint8Array.from(message), 2)]).toEqual(rest);
  });

  test.each([7, 14, 21, 22])('whose length takes %i bits', (bits) => {
    const content = Buffer.alloc(2 ** bits - 1, 7);
    const message = Buffer.concat([bytesField(3, content), bytesField(2, content)]);
    expect(messageField(message, 2)?.length).toBe(content.length);
    expect(withoutMessageField(message, 2)).toEqual(bytesField(3, content));
  });

  test.each([
    ['a length exceeds the message', [0x12, 3, 1, 2]],
    ['a later field is cut off', [0x12, 1, 1, 0x1a, 5]],
    ['a later field is a tag only', [0x12, 1, 1, 0x08]],
    ['a tag does not end', [0x12, 1, 1, 0x88]],
    ['a length has more than 28 bits', [0x12, 1, 1, 0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['there is a group', [0x12, 1, 1, 0x1b, 0x1c]],
    ['there is an invalid wire type', [0x12, 1, 1, 0x1e]],
    ['there is a field 0', [0x12, 1, 1, 0x00, 1]],
    ['there are too many pieces', Array.from({ length: 100 }, () => [0x12, 1, 1, 0x08, 1]).flat()],
  ])('but not if %s', (_, message) => {
    expect(messageField(Uint8Array.from(message), 2)).toBeUndefined();
    expect([...withoutMessageField(Uint8Array.from(message), 2)]).toEqual(message);
  });
});

describe('a request decodes as it does with its whole node', () => {
  const envoy = readFileSync(`${import.meta.dirname}/../../bench/push/xdsload/envoy-1.40.0-node.binpb`);
  const named = toBinary(NodeSchema, create(NodeSchema, { id: 'mesh/m/virtualNode/n', cluster: 'c' }));
  const typed = bytesField(2, Buffer.from(CLUSTER));

  /** Returns the result of `read`, or `throws` for any error. */
  function outcome(read: () => Pick<ReturnType<typeof decodeDeltaRequest>, 'node' | 'typeUrl'>): unknown {
    try {
      const { node, typeUrl } = read();
      return { node, typeUrl };
    } catch {
      return 'throws';
    }
  }

  function expectSame(message: Uint8Array): void {
    const whole = outcome(() => {
      const { node, typeUrl } = fromBinary(DeltaDiscoveryRequestSchema, message, {
        readUnknownFields: false,
      });
      return { node: node && keepNode(node), typeUrl };
    });
    expect(outcome(() => decodeDeltaRequest(message))).toEqual(whole);
  }

  test('from an Envoy', () => {
    const request = Buffer.concat([bytesField(1, envoy), typed, bytesField(1, named)]);
    expect(decodeDeltaRequest(request)).toMatchObject({
      typeUrl: CLUSTER,
      node: { id: 'mesh/m/virtualNode/n', cluster: 'c', version: 'envoy 1.40.0' },
    });
    expectSame(request);
  });

  test('with changed, added or removed bytes', () => {
    const request = Buffer.concat([bytesField(1, named), typed, bytesField(1, envoy.subarray(0, 400))]);
    const edit = fc.tuple(fc.nat(request.length), fc.nat(255), fc.constantFrom('set', 'add', 'cut'));
    const property = fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
      const message = [...request];
      for (const [at, value, kind] of edits)
        message.splice(at, kind === 'add' ? 0 : 1, ...(kind === 'cut' ? [] : [value]));
      expectSame(Uint8Array.from(message));
    });
    fc.assert(property, { numRuns: runs(3000) });
  });
});
