import { describe, expect, test } from 'vitest';
import type { Health } from '../health.ts';
import type { RelayStatus } from '../relay/relay.ts';
import { configurationAge, status, type StatusInput } from './status.ts';
import { NO_RELOAD } from '../reload/reload.ts';
import {
  backingOff,
  draining,
  hung,
  starting,
  stopped,
  withHealth,
  type Ending,
  type SupervisorState,
} from '../supervisor/state.ts';

const now = new Date('2026-11-21T12:00:00Z');
const live: Health = { lifecycle: 'LIVE', initialConfig: 'UPDATE_SUCCESSFUL', isSilent: false };
const connected: RelayStatus = {
  connected: true,
  configuration: 'live',
  endpoint: '10.0.0.2:18000',
  connectedSince: now,
  connectedMs: 0,
  disconnectedSince: undefined,
  disconnectedMs: undefined,
  withoutKeys: [],
  lastError: undefined,
  failure: undefined,
  acceptedAt: now,
  versions: {},
  envoyVersion: '',
  refusals: 0,
  isFirstRefused: false,
  refused: undefined,
};
const disconnected = (seconds: number): RelayStatus => ({
  ...connected,
  connected: false,
  configuration: 'last good',
  endpoint: undefined,
  connectedSince: undefined,
  connectedMs: undefined,
  disconnectedSince: new Date(now.getTime() - seconds * 1000),
  disconnectedMs: seconds * 1000,
  lastError: 'refused',
});

test('all fields of App Mesh are strings', () => {
  const { daybreak, ...appMesh } = status(input({ supervisor: withHealth(starting(42), live) }));
  expect(appMesh).toEqual({
    healthStatus: 'HEALTHY',
    agentUptime: '1m30s',
    envoyPid: '42',
    envoyState: 'LIVE',
    envoyRestartCount: '2',
    managementServerConnectionStatus: 'CONNECTED',
    envoyReadinessState: 'INITIALIZED',
    initialConfigUpdateStatus: 'UPDATE_SUCCESSFUL',
  });
  expect(daybreak).toMatchObject({ node: 'n', supervisor: { state: 'running' }, restartsLeft: 1 });
});

test('an agent whose listener waits for a secret is neither healthy nor ready, and the status has the reason', () => {
  const reason = 'ingress_http_8443: waits for app: no such socket';
  const running = withHealth(starting(42), live);
  expect(status(input({ supervisor: running, awaited: [reason] }))).toMatchObject({
    healthStatus: 'UNHEALTHY',
    envoyState: 'LIVE',
    envoyReadinessState: 'NOT_INITIALIZED',
    daybreak: { notReady: [reason] },
  });
});

describe('health', () => {
  const running = withHealth(starting(42), live);
  const killed: Ending = { code: null, signal: 'SIGKILL', cause: { kind: 'hang' } };
  const preparing: Health = { lifecycle: 'PRE_INITIALIZING', initialConfig: undefined, isSilent: false };
  const silent: Health = { lifecycle: 'UNREACHABLE', initialConfig: undefined, isSilent: true };
  const refused: Health = { lifecycle: 'LIVE', initialConfig: 'UPDATE_FAILED', isSilent: false };
  test.each<[string, SupervisorState, RelayStatus, string, string]>([
    ['before the first start', starting(), connected, 'UNHEALTHY', 'UNREACHABLE'],
    ['before LIVE', withHealth(starting(42), preparing), connected, 'UNHEALTHY', 'PRE_INITIALIZING'],
    ['LIVE', running, connected, 'HEALTHY', 'LIVE'],
    ['LIVE, control plane disconnected', running, disconnected(3600), 'HEALTHY', 'LIVE'],
    ['LIVE, control plane disconnected for too long', running, disconnected(3601), 'UNHEALTHY', 'LIVE'],
    ['LIVE, then silent', withHealth(running, silent), connected, 'UNHEALTHY', 'UNREACHABLE'],
    ['LIVE, first configuration refused', withHealth(running, refused), connected, 'UNHEALTHY', 'LIVE'],
    ['being stopped because it hangs', hung(42, silent), connected, 'UNHEALTHY', 'UNREACHABLE'],
    ['ended', backingOff(killed, 200), connected, 'UNHEALTHY', 'UNREACHABLE'],
    ['draining', draining(42, live), connected, 'UNHEALTHY', 'DRAINING'],
    ['over', stopped({ kind: 'told' }), connected, 'UNHEALTHY', 'UNREACHABLE'],
  ])('%s', (_, supervisor, relay, healthStatus, envoyState) => {
    expect(status(input({ supervisor, relay }))).toMatchObject({ healthStatus, envoyState });
  });

  test('the status shows that Envoy hung', () => {
    expect(status(input({ supervisor: hung(42, silent) }))).toMatchObject({
      envoyPid: '42',
      daybreak: { supervisor: { state: 'hung' }, hangs: 1 },
    });
    expect(status(input({ supervisor: backingOff(killed, 200) }))).toMatchObject({
      daybreak: {
        supervisor: { state: 'backing-off', exit: { signal: 'SIGKILL', hung: true, cause: 'hang' } },
      },
    });
  });

  test('the status has the last end of an Envoy, with its cause in words', () => {
    const cause = { kind: 'out-of-memory' } as const;
    expect(status(input({ lastEnd: { at: now, code: null, signal: 'SIGKILL', cause } }))).toMatchObject({
      daybreak: {
        lastEnd: {
          at: '2026-11-21T12:00:00.000Z',
          signal: 'SIGKILL',
          cause: 'out-of-memory',
          message: expect.stringMatching(/^Envoy was killed for lack of memory/),
        },
      },
    });
  });

  test('the status has the time since which the control plane is disconnected', () => {
    expect(status(input({ relay: disconnected(60) }))).toMatchObject({
      managementServerConnectionStatus: 'NOT_CONNECTED',
      managementServerDisconnectedTimestamp: '2026-11-21T11:59:00.000Z',
    });
  });
});

test.each<[string, number | undefined, RelayStatus]>([
  ['live', 0, connected],
  ['none', undefined, { ...disconnected(60), configuration: 'none' }],
  ['last good of 2026-11-21T10:57:57.000Z, 1h2m3s', 3723, disconnected(3723)],
])('the configuration that Envoy runs on: %s', (configuration, age, relay) => {
  const { daybreak } = status(input({ supervisor: withHealth(starting(42), live), relay }));
  expect(daybreak.configuration).toBe(configuration);
  expect(configurationAge(relay)).toBe(age);
});

function input(some: Partial<StatusInput>): StatusInput {
  return {
    now,
    uptimeMs: 90_000,
    agent: { version: '0.0.0', instance: 'i', node: 'n' },
    supervisor: starting(),
    backends: [],
    reload: NO_RELOAD,
    hotRestartOff: undefined,
    epoch: 0,
    restarts: { made: 2, hangs: 1, left: 1 },
    lastEnd: undefined,
    relay: connected,
    disconnectedLimitSeconds: 3600,
    state: { readFrom: undefined, setAside: undefined, own: { problem: undefined }, fallback: undefined },
    secrets: [],
    awaited: [],
    names: [],
    identity: undefined,
    application: [],
    host: [],
    droppedOutputBytes: 0,
    bootstrap: { kind: 'generated' },
    leftOut: [],
    modelRevision: undefined,
    telemetry: undefined,
    ...some,
  };
}
