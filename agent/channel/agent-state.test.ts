import { expect, test } from 'vitest';
import type { Health } from '../health.ts';
import { draining, starting, withHealth } from '../supervisor/state.ts';
import { agentState, type AgentFacts } from './agent-state.ts';

const LIVE: Health = { lifecycle: 'LIVE', initialConfig: 'UPDATE_SUCCESSFUL', isSilent: false };
const ACCEPTED = new Date('2026-11-21T12:00:00Z');
const FACTS: AgentFacts = {
  agent: { version: '0.1.0', instance: 'one' },
  host: {
    ipv4: { lo: ['127.0.0.1/8'], eth0: ['10.0.0.5/24'], ecs: ['169.254.172.2/22'] },
    ipv6: { lo: ['::1/128'], eth0: ['2001:db8::5/64', 'fe80::1/64'] },
  },
  supervisor: withHealth(starting(7), LIVE),
  relay: {
    connected: true,
    endpoint: 'a:1',
    connectedSince: undefined,
    connectedMs: undefined,
    failure: undefined,
    versions: {},
    disconnectedSince: undefined,
    disconnectedMs: undefined,
    lastError: undefined,
    acceptedAt: ACCEPTED,
    configuration: 'live',
    withoutKeys: [],
    envoyVersion: 'envoy 1.40.0',
    refusals: 0,
    isFirstRefused: false,
    refused: undefined,
  },
  secrets: [],
  awaited: [],
  isStopping: false,
  leaving: '',
  reportsLoad: true,
};

test('says who it is, where it is reached, and what Envoy runs on', () => {
  expect(agentState(FACTS)).toEqual({
    instance: 'one',
    ready: true,
    draining: false,
    addresses: ['10.0.0.5', '2001:db8::5'],
    agentVersion: '0.1.0',
    envoyVersion: 'envoy 1.40.0',
    runsOn: { source: 'live', since: ACCEPTED.getTime() },
    certificates: [],
    reason: '',
    reportsLoad: true,
    mtlsPorts: [],
    plainCallers: [],
  });
});

test.each<[string, Partial<AgentFacts>, object]>([
  [
    'starting',
    { supervisor: starting(7) },
    { ready: false, draining: false, reason: /not LIVE \(starting\)/ },
  ],
  [
    'whose Envoy does not answer any more',
    { supervisor: withHealth(FACTS.supervisor, { ...LIVE, lifecycle: 'UNREACHABLE' }) },
    { ready: false, draining: false, reason: /UNREACHABLE/ },
  ],
  [
    'whose listeners wait for secrets',
    { awaited: ['a waits', 'b waits'] },
    { ready: false, draining: false, reason: /^a waits; b waits$/ },
  ],
  [
    'whose task ECS stops',
    { leaving: 'ECS stops the task' },
    { ready: false, draining: true, reason: /^ECS stops the task$/ },
  ],
  ['that received a stop signal', { isStopping: true }, { ready: false, draining: true, reason: /signal/ }],
  [
    'whose Envoy drains',
    { supervisor: draining(7, LIVE) },
    { ready: false, draining: true, reason: /signal/ },
  ],
])('an agent %s is not ready', (_, facts, { reason, ...expected }: { reason?: RegExp }) => {
  const state = agentState({ ...FACTS, ...facts });
  expect(state).toMatchObject(expected);
  expect(state.reason).toMatch(reason ?? /./);
});

test('before an update was accepted, Envoy runs on nothing; before one of this connection, on the last good configuration', () => {
  const { relay } = FACTS;
  expect(agentState({ ...FACTS, relay: { ...relay, acceptedAt: undefined } }).runsOn).toBeUndefined();
  expect(agentState({ ...FACTS, relay: { ...relay, configuration: 'last good' } }).runsOn?.source).toBe(
    'last good',
  );
});
