import { expect, test } from 'vitest';
import { compileSettings, SettingsError } from '../../common/settings.ts';
import { readManagement } from './management-settings.ts';

const read = (env: Readonly<Record<string, string>>) => compileSettings(env, readManagement);

test.each([
  [{}, { kind: 'off' }],
  [{ APPNET_AGENT_ADMIN_MODE: 'TCP' }, { kind: 'tcp' }],
  [
    { APPNET_AGENT_ADMIN_MODE: 'uds' },
    { kind: 'uds', path: '/var/run/ecs/appnet_admin.sock', isConfigured: false },
  ],
  [
    { APPNET_AGENT_ADMIN_MODE: 'uds', APPNET_AGENT_ADMIN_UDS_PATH: '/run/agent.sock' },
    { kind: 'uds', path: '/run/agent.sock', isConfigured: true },
  ],
  // Set by the injector of App Mesh's Kubernetes controller, and not by the operator.
  [
    { APPNET_AGENT_ADMIN_MODE: 'uds', APPNET_AGENT_ADMIN_UDS_PATH: '/tmp/agent.sock' },
    { kind: 'uds', path: '/tmp/agent.sock', isConfigured: false },
  ],
  [{ APPNET_AGENT_ADMIN_UDS_PATH: '/tmp/agent.sock' }, { kind: 'off' }],
])('%o: the mode is %o', (env, mode) => expect(read(env).mode).toEqual(mode));

test('the other settings', () => {
  const env = {
    APPNET_AGENT_LOGGING_RESET_TIMEOUT: '60',
    ENABLE_STATS_SNAPSHOT: 'true',
    DAYBREAK_PROMETHEUS_ADDRESS: '[::]:9903',
  };
  expect(read(env)).toMatchObject({
    logLevelSeconds: 60,
    snapshots: true,
    prometheus: { address: '::', port: 9903 },
  });
});

test.each([
  ['APPNET_AGENT_ADMIN_MODE', 'on'],
  ['APPNET_AGENT_ADMIN_UDS_PATH', 'agent.sock'],
  ['APPNET_AGENT_LOGGING_RESET_TIMEOUT', '0'],
  ['ENABLE_STATS_SNAPSHOT', 'yes'],
  ['DAYBREAK_PROMETHEUS_ADDRESS', '9903'],
  ['DAYBREAK_PROMETHEUS_ADDRESS', 'localhost:9903'],
  ['DAYBREAK_PROMETHEUS_ADDRESS', '0.0.0.0:0'],
])('%s=%j is an error', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
  expect(() => read({ [name]: value })).toThrow(`${name}=${JSON.stringify(value)}: `);
});
