import { expect, test } from 'vitest';
import { compileSettings, SettingsError } from '../../common/settings.ts';
import { readReadiness } from './readiness-settings.ts';
import { readAgentSettings } from './settings.ts';

const read = (env: Readonly<Record<string, string>>) => compileSettings(env, readReadiness);
const INTERVAL = 'APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S';
const TIMEOUT = 'APPNET_AGENT_POLL_ENVOY_READINESS_TIMEOUT_S';

test('needs no variable, and asks where the agent serves its status by default', () => {
  expect(read({})).toEqual({
    intervalSeconds: 5,
    timeoutSeconds: 180,
    places: [{ address: '127.0.0.1', port: 9902 }],
  });
});

test("with uds, asks the agent's socket first", () => {
  const env = { APPNET_AGENT_ADMIN_MODE: 'uds', APPNET_AGENT_HTTP_PORT: '9999' };
  const { places } = read({ ...env, APPNET_AGENT_HTTP_BIND_ADDRESS: '[::]' });
  expect(places).toEqual([{ path: '/var/run/ecs/appnet_admin.sock' }, { address: '::1', port: 9999 }]);
});

test('accepts the value without a space of a version of the Kubernetes controller', () => {
  expect(read({ [TIMEOUT]: `60${INTERVAL}=5` }).timeoutSeconds).toBe(60);
});

test.each([
  [INTERVAL, '-1'],
  [INTERVAL, '3601'],
  [TIMEOUT, '5s'],
])('%s=%j is an error', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
});

test.each([
  ['0', 10_000],
  ['1', 1000],
  ['60', 30_000],
])('an interval of %s s is no error for the agent, which looks at Envoy every %i ms', (interval, pollMs) => {
  const { health } = readAgentSettings({
    APPMESH_RESOURCE_ARN: 'mesh/m/virtualNode/n',
    APPMESH_XDS_ENDPOINT: 'http://127.0.0.1:18000',
    [INTERVAL]: interval,
  });
  expect(health.pollMs).toBe(pollMs);
});
