import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { AgentMessageSchema, LoadSchema } from './generated/agent_pb.ts';
import { LONGEST_CLUSTER_NAME, MOST_CLUSTERS, encodeLoad } from './load.ts';
import { decodeAgentMessage, encodeAgentMessage } from './state.ts';
import { agentState, loadOf, received } from './testing/agent-state.ts';

const counted = (number: number, requests: number) => ({
  number,
  requests,
  ok: requests,
  errors: 0,
  active: 1,
});

test('a report is read as it was written', () => {
  const load = { coversMs: 5000, names: ['a', 'b'], clusters: [counted(0, 7), counted(1, 2 ** 32 - 1)] };
  expect(loadOf(received(load))).toEqual(load);
});

test('a report is read as another encoder may write it: unpacked, out of order, with the node and unknown fields', () => {
  const load = new BinaryWriter();
  for (const value of [3, 7, 6, 1, 2]) load.tag(3, WireType.Varint).uint32(value);
  load.tag(9, WireType.LengthDelimited).string('new');
  load.tag(2, WireType.LengthDelimited).string('a').tag(1, WireType.Varint).uint32(4000);
  const message = new BinaryWriter()
    .tag(3, WireType.LengthDelimited)
    .bytes(load.finish())
    .tag(9, WireType.Varint)
    .uint32(1)
    .tag(1, WireType.LengthDelimited)
    .string('mesh/m/virtualNode/n')
    .finish();
  const { nodeId, load: read } = decodeAgentMessage(message);
  expect(nodeId).toBe('mesh/m/virtualNode/n');
  expect(read && loadOf(read)).toEqual({
    coversMs: 4000,
    names: ['a'],
    clusters: [{ number: 3, requests: 7, ok: 6, errors: 1, active: 2 }],
  });
});

test('more counters than clusters are allowed, an incomplete last cluster and a long name are cut off', () => {
  const value = create(LoadSchema, {
    names: ['x'.repeat(5000)],
    counters: Array.from({ length: MOST_CLUSTERS * 5 + 13 }, () => 1),
  });
  const { load } = decodeAgentMessage(
    toBinary(AgentMessageSchema, create(AgentMessageSchema, { content: { case: 'load', value } })),
  );
  expect(load?.clusters).toBe(MOST_CLUSTERS);
  expect(load?.names.map((name) => name.length)).toEqual([LONGEST_CLUSTER_NAME]);
  const short = create(LoadSchema, { counters: [1, 2, 3, 4, 5, 6, 7] });
  const message = create(AgentMessageSchema, { content: { case: 'load', value: short } });
  expect(decodeAgentMessage(toBinary(AgentMessageSchema, message)).load?.clusters).toBe(1);
});

test('bytes that are cut off are an error at any place, and a state is no report', () => {
  const bytes = encodeLoad({ coversMs: 5000, names: ['abc'], clusters: [counted(0, 70_000)] });
  for (let length = 1; length < bytes.length; length += 1)
    expect(() => decodeAgentMessage(bytes.subarray(0, length)), `${length}`).toThrow(
      /premature EOF|index out of range|invalid/i,
    );
  const state = encodeAgentMessage(agentState(), 'n');
  expect(decodeAgentMessage(state)).toMatchObject({ nodeId: 'n', state: { instance: 'one' } });
  expect(decodeAgentMessage(state).load).toBeUndefined();
});
