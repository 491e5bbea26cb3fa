import { expect, test } from 'vitest';
import { agentMetrics } from './metrics.ts';
import type { SecretStatus } from '../secrets/secret-status.ts';

const secret: SecretStatus = {
  name: 'a"b\\c',
  source: 'sds',
  kind: 'certificate',
  listeners: [],
  clusters: [],
  files: undefined,
  state: 'expired',
  problem: 'the certificate expired',
  validity: { notBefore: 0, notAfter: 1_764_504_000_500 },
};

test('metrics have health, restarts, secrets, the control plane, refusals, problems by code, and dropped output', () => {
  const waiting: SecretStatus = {
    ...secret,
    name: 'w',
    state: 'waiting',
    problem: undefined,
    validity: undefined,
  };
  const lost = { port: 9080, problem: 'nothing listens', failed: 0, since: '2026-11-21T12:00:00Z' };
  const text = agentMetrics({
    healthStatus: 'UNHEALTHY',
    configurationAgeSeconds: 63,
    restarts: { made: 2, hangs: 1 },
    reloads: { 'taken over': 3, refused: 1, failed: 0 },
    epoch: 3,
    secrets: [secret, waiting],
    application: [lost],
    agent: { version: '0.1.0', node: 'mesh/m/virtualNode/n' },
    relay: {
      connected: false,
      endpoint: undefined,
      connectedSince: undefined,
      connectedMs: undefined,
      disconnectedSince: new Date('2026-11-30T12:00:00Z'),
      disconnectedMs: 63_000,
      lastError: 'x',
      failure: undefined,
      configuration: 'last good',
      withoutKeys: [],
      acceptedAt: new Date(1_764_504_000_500),
      versions: {},
      envoyVersion: '',
      refusals: 4,
      isFirstRefused: false,
      refused: undefined,
    },
    problems: [
      { code: 'XDS_NO_ANSWER', problem: 'a', help: 'b' },
      { code: 'SECRET_PROBLEM', problem: 'c', help: 'd' },
      { code: 'SECRET_PROBLEM', problem: 'e', help: 'd' },
    ],
    identity: {
      state: 'held',
      spiffeId: 's',
      ends: '2026-11-30T12:00:00.000Z',
      renews: undefined,
      secondsLeft: 10,
      problem: undefined,
      acceptsExpiredUntil: '2026-12-03T12:00:00.000Z',
    },
    droppedOutputBytes: 12,
    skippedReports: 0,
    telemetry: undefined,
  });
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
    'daybreak_agent_info{version="0.1.0",node="mesh/m/virtualNode/n"} 1',
    'daybreak_agent_healthy 0',
    'daybreak_agent_configuration_age_seconds 63',
    'daybreak_agent_envoy_restarts_total 2',
    'daybreak_agent_envoy_hangs_total 1',
    'daybreak_agent_reloads_total{outcome="taken over"} 3',
    'daybreak_agent_reloads_total{outcome="refused"} 1',
    'daybreak_agent_reloads_total{outcome="failed"} 0',
    'daybreak_agent_envoy_epoch 3',
    'daybreak_agent_dropped_output_bytes_total 12',
    'daybreak_agent_skipped_reports_total 0',
    String.raw`daybreak_agent_secret_expiry_timestamp_seconds{name="a\"b\\c",source="sds"} 1764504000`,
    String.raw`daybreak_agent_secret_state{name="a\"b\\c",source="sds",state="expired"} 1`,
    'daybreak_agent_secret_state{name="w",source="sds",state="waiting"} 1',
    String.raw`daybreak_agent_secret_problem{name="a\"b\\c",source="sds"} 1`,
    'daybreak_agent_secret_problem{name="w",source="sds"} 0',
    'daybreak_agent_application_problem{port="9080"} 1',
    'daybreak_agent_control_plane_connected 0',
    'daybreak_agent_configuration_timestamp_seconds 1764504000',
    'daybreak_agent_configuration_refusals_total 4',
    'daybreak_agent_identity_expiry_timestamp_seconds 1796040000',
    'daybreak_agent_identity_accepts_expired 1',
    'daybreak_agent_problem{code="SECRET_PROBLEM"} 1',
    'daybreak_agent_problem{code="XDS_NO_ANSWER"} 1',
    '',
  ]);
  expect(text).toContain('# TYPE daybreak_agent_secret_problem gauge\n');
});
