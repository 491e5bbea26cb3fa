import { toBinary, create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { AgentMessageSchema, StateSchema } from './generated/agent_pb.ts';
import { decodeAgentMessage, encodeAgentMessage, MOST_MESSAGE_BYTES, type AgentState } from './state.ts';

const STATE: AgentState = {
  instance: '0a1b2c3d-0000-4000-8000-000000000000',
  ready: true,
  draining: false,
  addresses: ['10.0.0.5', '2001:db8::5'],
  agentVersion: '0.1.0',
  envoyVersion: 'envoy 1.40.0',
  runsOn: { source: 'last good', since: 1_796_000_000_123 },
  certificates: [{ name: 'a', ends: 1_797_000_000_000 }],
  reason: '',
  reportsLoad: true,
  mtlsPorts: [],
  plainCallers: [],
};

test('a state comes out as it went in, with the node of the first message', () => {
  expect(decodeAgentMessage(encodeAgentMessage(STATE, 'mesh/m/virtualNode/n'))).toEqual({
    nodeId: 'mesh/m/virtualNode/n',
    state: STATE,
  });
  const nothing = { ...STATE, runsOn: undefined, certificates: [], addresses: [] };
  expect(decodeAgentMessage(encodeAgentMessage(nothing)).state).toEqual(nothing);
});

test('refusals of authorization come out as they went in, the largest counts first, at most six', () => {
  const refusals = Array.from({ length: 12 }, (_, count) => ({
    port: 8080,
    caller: 'spiffe://apps.example/x',
    rule: 'none',
    count,
  }));
  const state = { ...STATE, refusals };
  expect(decodeAgentMessage(encodeAgentMessage(state)).state?.refusals?.map(({ count }) => count)).toEqual([
    11, 10, 9, 8, 7, 6,
  ]);
});

test('fields and content that are unknown are skipped', () => {
  const unknownField = Uint8Array.of(...encodeAgentMessage(STATE), 0xfa, 0x01, 2, 1, 2);
  expect(decodeAgentMessage(unknownField).state).toEqual(STATE);
  const unknownContent = Uint8Array.of(0x0a, 1, 0x6e, 0x7a, 2, 8, 1);
  expect(decodeAgentMessage(unknownContent)).toEqual({ nodeId: 'n', state: undefined });
});

test('a message at all of its limits, in letters of three bytes, is one that the control plane reads', () => {
  const long = '世'.repeat(1000);
  const message = encodeAgentMessage(
    {
      ...STATE,
      instance: long,
      agentVersion: long,
      envoyVersion: long,
      reason: long,
      addresses: Array.from({ length: 100 }, (_, index) => `2001:db8:1111:2222:3333:4444:5555:${index}`),
      certificates: Array.from({ length: 100 }, (_, index) => ({ name: long, ends: 1e12 + index })),
      mtlsPorts: Array.from({ length: 100 }, () => 65_535),
      plainCallers: Array.from({ length: 1000 }, (_, index) => ({
        address: `2001:db8:1111:2222:3333:4444:6666:${index}`,
        port: 65_535,
        last: 1e12,
      })),
      refusals: Array.from({ length: 100 }, () => ({
        port: 65_535,
        caller: long,
        rule: long,
        count: Number.MAX_SAFE_INTEGER,
      })),
    },
    long.slice(0, 500),
  );
  expect(message.length).toBeLessThan(MOST_MESSAGE_BYTES);
});

test('both sides cut off text beyond the limits, and leave out values that are no addresses', () => {
  const long = 'x'.repeat(1000);
  const excess: AgentState = {
    ...STATE,
    instance: long,
    reason: `a\u001B[31m${long}`,
    addresses: ['nonsense', ...Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`)],
    certificates: Array.from({ length: 100 }, (_, index) => ({ name: long, ends: 1e15 - index })),
    runsOn: { source: 'live', since: -5 },
  };
  const message = encodeAgentMessage(excess);
  expect(message.length).toBeLessThan(MOST_MESSAGE_BYTES);
  const raw = create(AgentMessageSchema, {
    content: {
      case: 'state',
      value: create(StateSchema, {
        instance: long,
        reason: excess.reason,
        addresses: [...excess.addresses],
        certificates: excess.certificates.map(({ name }) => ({ name, ends: { seconds: 2n ** 60n } })),
        runsOn: { source: 1, since: { seconds: -5n } },
      }),
    },
  });
  for (const bytes of [message, toBinary(AgentMessageSchema, raw)]) {
    const { state } = decodeAgentMessage(bytes);
    expect(state?.instance).toHaveLength(200);
    expect(state?.reason).toMatch(/^a \[31mx+$/);
    expect(state?.addresses).toHaveLength(32);
    expect(state?.addresses).not.toContain('nonsense');
    expect(state?.certificates).toHaveLength(16);
    expect(state?.certificates[0]?.ends).toBe(253_402_300_799_000);
    expect(state?.runsOn).toEqual({ source: 'live', since: 0 });
  }
});
