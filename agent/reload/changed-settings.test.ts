import { expect, test } from 'vitest';
import { readAgentSettings } from '../settings/settings.ts';
import { changedSettings } from './changed-settings.ts';

const BEFORE = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
  DISABLE_HOT_RESTART: '0',
};
const change = (more: Readonly<Record<string, string | undefined>>) =>
  changedSettings(readAgentSettings(BEFORE), BEFORE, { ...BEFORE, ...more });

test("Envoy's own settings are taken over", () => {
  const { settings, notTaken } = change({
    ENVOY_CONCURRENCY: '3',
    ENABLE_ENVOY_XRAY_TRACING: '1',
    AWS_XRAY_DAEMON_ADDRESS: '10.0.0.9',
    ENABLE_ENVOY_DOG_STATSD: '1',
    LISTENER_DRAIN_WAIT_TIME_S: '7',
    DAYBREAK_ENVOY: '/opt/envoy',
    APPMESH_RESOURCE_CLUSTER: 'c',
  });
  expect(notTaken).toEqual([]);
  expect(settings).toMatchObject({
    envoy: { concurrency: 3, binary: '/opt/envoy' },
    tracing: { kind: 'xray' },
    stats: { dogStatsd: { kind: 'udp' } },
    drainSeconds: 7,
    cluster: 'c',
  });
});

test.each([
  ['APPMESH_RESOURCE_ARN', 'mesh/apps/virtualNode/c'],
  ['APPMESH_XDS_ENDPOINT', 'http://10.0.0.3:18000'],
  ['APPNET_AGENT_HTTP_PORT', '9912'],
  ['DISABLE_HOT_RESTART', '1'],
  ['ENVOY_CONFIG_FILE', '/own.yaml'],
  ['DAYBREAK_STATE_DIR', '/state'],
])('%s belongs to the agent: its change is named, and the value before stays', (name, value) => {
  const { settings, notTaken } = change({ [name]: value, ENVOY_CONCURRENCY: '3' });
  expect(notTaken).toEqual([name]);
  const running = readAgentSettings(BEFORE);
  expect(settings).toEqual({ ...running, envoy: { ...running.envoy, concurrency: 3 } });
});

test('two variables of the agent that only go together are named', () => {
  const before = { ...BEFORE, APPMESH_XDS_ENDPOINT: 'control:443' };
  const pair = { DAYBREAK_XDS_CERT_FILE: '/cert.pem', DAYBREAK_XDS_KEY_FILE: '/key.pem' };
  const { settings, notTaken } = changedSettings(readAgentSettings(before), before, { ...before, ...pair });
  expect(notTaken).toEqual(Object.keys(pair));
  expect(settings).toEqual(readAgentSettings(before));
});

test('a variable without a meaning for the settings is not named', () => {
  expect(change({ HOSTNAME: 'a' }).notTaken).toEqual([]);
});

test('bad values are an error that lists them', () => {
  expect(() => change({ ENVOY_CONCURRENCY: 'x', ENVOY_LOG_LEVEL: 'loud' })).toThrow(
    /ENVOY_CONCURRENCY="x"[^]*ENVOY_LOG_LEVEL="loud"/,
  );
});
