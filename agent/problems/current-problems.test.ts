import { expect, test } from 'vitest';
import { AGENT_CODES } from '../codes.ts';
import type { AgentCode } from '../codes.ts';
import { NO_RELOAD, type ReloadStatus } from '../reload/reload.ts';
import type { RelayStatus } from '../relay/relay.ts';
import { backingOff, hung, starting } from '../supervisor/state.ts';
import { UNREACHABLE } from '../health.ts';
import { currentProblems, type ProblemInput } from './current-problems.ts';

const now = new Date('2026-11-21T12:00:00Z');
const before = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

const connected: RelayStatus = {
  connected: true,
  endpoint: '10.0.0.2:18000',
  connectedSince: before(60),
  connectedMs: 60_000,
  disconnectedSince: undefined,
  disconnectedMs: undefined,
  lastError: undefined,
  failure: undefined,
  configuration: 'live',
  withoutKeys: [],
  acceptedAt: now,
  versions: {},
  envoyVersion: '',
  refusals: 0,
  isFirstRefused: false,
  refused: undefined,
};
const fine: ProblemInput = {
  supervisor: starting(42),
  reload: NO_RELOAD,
  relay: connected,
  secrets: [],
  names: [],
  leftOut: [],
  identity: undefined,
  application: [],
  host: [],
};
const failure = {
  code: 'XDS_DENIED',
  endpoint: 'a:1',
  grpc: { code: 7, name: 'PERMISSION_DENIED' },
  message: 'no',
} as const;

const lastReload = (kind: 'refused' | 'failed', code: AgentCode): ReloadStatus => ({
  ...NO_RELOAD,
  last: { kind, code, at: now, how: 'restart', message: 'why' },
});

test('a proxy that works has no problems', () => {
  expect(currentProblems(fine)).toEqual([]);
});

test.each<[string, Partial<ProblemInput>, string, string]>([
  [
    'Envoy hangs',
    { supervisor: hung(42, UNREACHABLE) },
    'ENVOY_HUNG',
    'Envoy does not answer and is being stopped',
  ],
  [
    'Envoy ended',
    { supervisor: backingOff({ code: 1, signal: null, cause: { kind: 'exit-code', code: 1 } }, 200) },
    'ENVOY_ENDED',
    'Envoy ended with code 1',
  ],
  [
    'a refused reload',
    { reload: lastReload('refused', 'SETTINGS_INVALID') },
    'SETTINGS_INVALID',
    'has changed nothing: why',
  ],
  [
    'a failed reload, which may have cost the admin interface or a restart',
    { reload: lastReload('failed', 'RELOAD_FAILED') },
    'RELOAD_FAILED',
    'failed: why',
  ],
  ['a NACK', { relay: { ...connected, refused: 'bad regex' } }, 'CONFIG_REFUSED', 'bad regex'],
  [
    'a port in use',
    { relay: { ...connected, refused: "cannot bind '0.0.0.0:15000': Address already in use" } },
    'PORT_TAKEN',
    '15000',
  ],
  [
    'no configuration',
    { relay: { ...connected, configuration: 'none' } },
    'CONFIG_MISSING',
    'does not know the resource',
  ],
  [
    'no control plane',
    { relay: { ...connected, connected: false, disconnectedSince: before(5), failure } },
    'XDS_DENIED',
    'a:1: 7 PERMISSION_DENIED: no; disconnected since 2026-11-21T11:59:55.000Z',
  ],
  [
    'an unreachable application',
    { application: [{ port: 80, problem: 'x', failed: 1, since: '' }] },
    'APP_UNREACHABLE',
    'port 80: x',
  ],
  ['a check of the host', { host: [{ code: 'RULES_MISSING', problem: 'x' }] }, 'RULES_MISSING', 'x'],
])('%s is a problem with a code and help', (_, some, code, words) => {
  const problems = currentProblems({ ...fine, ...some });
  expect(problems).toEqual([
    { code, problem: expect.stringContaining(words), help: AGENT_CODES[code as keyof typeof AGENT_CODES] },
  ]);
});

test('a new connection has some seconds to bring the configuration', () => {
  const relay: RelayStatus = {
    ...connected,
    configuration: 'none',
    connectedSince: before(9),
    connectedMs: 9000,
  };
  expect(currentProblems({ ...fine, relay })).toEqual([]);
});
