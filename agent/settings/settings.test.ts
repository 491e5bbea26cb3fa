import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../common/settings.ts';
import { readAgentSettings } from './settings.ts';
import { withoutEffect } from './unsupported.ts';

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};

test('the two required variables, and the defaults', () => {
  expect(readAgentSettings(NEEDED)).toEqual({
    resource: { id: 'mesh/apps/virtualNode/b', mesh: 'apps', kind: 'virtualNode', name: 'b' },
    cluster: 'mesh/apps/virtualNode/b',
    xds: { endpoints: [{ kind: 'plaintext', host: '10.0.0.2', port: 18_000 }] },
    envoy: {
      searchPath: ['/usr/local/bin', '/usr/bin', '/bin'],
      variables: [],
      logLevel: 'info',
      disableHotRestart: true,
      skipDeprecatedLogs: true,
      initialFetchTimeoutSeconds: 0,
      listenerDrainSeconds: 600,
      outlierLogPath: '/dev/stdout',
      adminLogPath: '/dev/null',
    },
    location: { instanceEndpoint: 'http://169.254.169.254' },
    stats: { resourceTags: false, metricExtension: false },
    customConfig: { merged: [] },
    egress: 'redirect',
    runtime: {
      maxRequestsPerIoCycle: 0,
      setTracingDecision: true,
      noExtensionLookupByName: true,
      useHttpClientForCredentials: false,
    },
    status: { address: '127.0.0.1', port: 9902 },
    admin: { place: { address: '127.0.0.1', port: 9901 }, writes: false },
    management: { mode: { kind: 'off' }, logLevelSeconds: 300, snapshots: false },
    hosts: [],
    health: { pollMs: 10_000, disconnectedLimitSeconds: 604_800 },
    restarts: 3,
    drainSeconds: 20,
    user: { uid: 1337, gid: 1337 },
    runFolder: '/tmp',
    keepEnvoySeconds: 0,
    state: { folder: '/var/lib/daybreak-agent', isNamed: false, keys: false },
    // agent/telemetry/settings/telemetry-settings.test.ts has its defaults.
    telemetry: expect.objectContaining({ inputs: [] }),
    xrayDaemon: { host: '127.0.0.1', port: 2000 },
  });
});

describe('variables with several names, or that depend on each other', () => {
  test.each([
    [{ APPMESH_VIRTUAL_NODE_NAME: 'mesh/other/virtualNode/x' }, { resource: { name: 'b' } }],
    [
      { APPMESH_RESOURCE_ARN: ' ', APPMESH_RESOURCE_NAME: 'mesh/m/virtualGateway/g' },
      { resource: { id: 'mesh/m/virtualGateway/g', kind: 'virtualGateway' } },
    ],
    [
      { APPMESH_RESOURCE_ARN: '', APPMESH_VIRTUAL_NODE_NAME: 'mesh/m/virtualNode/n' },
      { resource: { id: 'mesh/m/virtualNode/n' } },
    ],
    [{ APPMESH_VIRTUAL_NODE_CLUSTER: 'old' }, { cluster: 'old' }],
    [{ APPMESH_VIRTUAL_NODE_CLUSTER: 'old', APPMESH_RESOURCE_CLUSTER: 'new' }, { cluster: 'new' }],
    [{ APPMESH_IGNORE_UID: '1001' }, { user: { uid: 1001, gid: 1001 } }],
    [{ APPMESH_IGNORE_UID: '1001', APPMESH_IGNORE_GID: '1002' }, { user: { uid: 1001, gid: 1002 } }],
    [{ APPMESH_IGNORE_UID: '1001', DAYBREAK_UID: '1003' }, { user: { uid: 1003, gid: 1003 } }],
    [{ APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S: '7' }, { health: { pollMs: 7000 } }],
    [{ ENVOY_CONCURRENCY: '2' }, { envoy: { concurrency: 2 } }],
    [{ ENVOY_LOG_LEVEL: 'WARNING' }, { envoy: { logLevel: 'warning' } }],
    [
      { PATH: '/a:relative:/b' },
      { envoy: { searchPath: ['/a', '/b', '/usr/local/bin', '/usr/bin', '/bin'] } },
    ],
    [
      { DAYBREAK_ADMIN_ADDRESS: '0.0.0.0', ENVOY_ADMIN_ACCESS_ENABLE_IPV6: '1' },
      { admin: { place: { address: '::', port: 9901 } } },
    ],
    [{ ENVOY_ADMIN_ACCESS_ENABLE_IPV6: '1' }, { admin: { place: { address: '127.0.0.1' } } }],
    [{ ENVOY_ADMIN_MODE: 'UDS' }, { admin: { place: { path: '/tmp/envoy_admin.sock' } } }],
    [{ STATE_DIRECTORY: '/var/lib/a:/var/lib/b' }, { state: { folder: '/var/lib/a', isNamed: false } }],
    [{ STATE_DIRECTORY: 'relative' }, { state: { folder: '/var/lib/daybreak-agent' } }],
    [
      { STATE_DIRECTORY: '/var/lib/a', DAYBREAK_STATE_DIR: '/s', DAYBREAK_STATE_KEYS: '1' },
      { state: { folder: '/s', isNamed: true, keys: true } },
    ],
    [{ DAYBREAK_ADMIN_WRITES: '1' }, { admin: { writes: true } }],
    [{ DAYBREAK_AGENT_HOST: 'envoy,node1.internal' }, { hosts: ['envoy', 'node1.internal'] }],
    [{ APPNET_AGENT_HTTP_BIND_ADDRESS: '[::]' }, { status: { address: '::' } }],
    [{ APPMESH_METRIC_EXTENSION_VERSION: '1' }, { stats: { metricExtension: true } }],
    [{ APPMESH_METRIC_EXTENSION_VERSION: '0' }, { stats: { metricExtension: false } }],
    [{ APPMESH_METRIC_EXTENSION_VERSION: 'false' }, { stats: { metricExtension: false } }],
    [{ STATSD_PORT: '9' }, { stats: { dogStatsd: undefined } }],
    [
      { ENABLE_ENVOY_DOG_STATSD: '1', STATSD_PORT: '9' },
      { stats: { dogStatsd: { kind: 'udp', host: '127.0.0.1', port: 9 } } },
    ],
    [
      { ENABLE_ENVOY_DOG_STATSD: '1', STATSD_SOCKET_PATH: '/s' },
      { stats: { dogStatsd: { kind: 'pipe', path: '/s' } } },
    ],
    [{ DAYBREAK_KEEP_ENVOY_S: '30' }, { keepEnvoySeconds: 30 }],
    [{ TMPDIR: '/var/tmp' }, { runFolder: '/var/tmp' }],
    [{ TMPDIR: '/var/tmp', DAYBREAK_RUN_DIR: '/run' }, { runFolder: '/run' }],
    // A tool sets it for all programs: it was an error.
    [{ TMPDIR: 'tmp' }, { runFolder: '/tmp' }],
    [{ TMPDIR: `/${'x'.repeat(76)}` }, { runFolder: '/tmp' }],
    [
      { APPMESH_XDS_ENDPOINT: 'a:1, b:2', DAYBREAK_XDS_TOKEN_FILE: '/t' },
      { xds: { endpoints: [{ host: 'a' }, { host: 'b' }], token: { kind: 'file', path: '/t' } } },
    ],
    [
      { DAYBREAK_XDS_CERT_FILE: '/c', DAYBREAK_XDS_KEY_FILE: '/k' },
      { xds: { certificate: { cert: { path: '/c' }, key: { path: '/k' } } } },
    ],
  ])('%j', (env, settings) => {
    expect(readAgentSettings({ ...NEEDED, ...env })).toMatchObject(settings);
  });
});

describe('an error names the variable with an invalid value', () => {
  test.each([
    ['APPMESH_RESOURCE_ARN', 'apps/b'],
    ['APPMESH_XDS_ENDPOINT', 'https://mesh:443'],
    ['DAYBREAK_XDS_TOKEN_FILE', '/token'],
    ['DAYBREAK_XDS_CA_FILE', 'relative.pem'],
    ['ENVOY_LOG_LEVEL', 'loud'],
    ['ENVOY_CONCURRENCY', 'many'],
    ['ENVOY_INITIAL_FETCH_TIMEOUT', '-1'],
    ['ENVOY_ADMIN_ACCESS_PORT', '0'],
    ['DAYBREAK_ADMIN_ADDRESS', 'localhost'],
    ['ENVOY_ADMIN_MODE', 'socket'],
    ['DAYBREAK_ADMIN_WRITES', 'all'],
    ['DAYBREAK_AGENT_HOST', 'http://envoy'],
    ['DAYBREAK_ENVOY_ENV', 'HOSTNAME,DAYBREAK_XDS_TOKEN'],
    ['ENVOY_ADMIN_ACCESS_LOG_FILE', 'log'],
    ['ENVOY_STATS_FLUSH_INTERVAL', '5'],
    ['ENABLE_ENVOY_STATS_TAGS', 'yes'],
    ['APPMESH_METRIC_EXTENSION_VERSION', '2'],
    ['APPMESH_METRIC_EXTENSION_VERSION', 'true'],
    ['MAX_REQUESTS_PER_IO_CYCLE', '1.5'],
    ['APPNET_ENVOY_RESTART_COUNT', '11'],
    ['LISTENER_DRAIN_WAIT_TIME_S', '4'],
    ['DAYBREAK_LISTENER_DRAIN_S', '0'],
    ['HC_POLL_INTERVAL_MS', '100'],
    ['HC_DISCONNECTED_TIMEOUT_S', '1'],
    ['APPNET_AGENT_HTTP_PORT', '65536'],
    ['DAYBREAK_UID', 'envoy'],
    ['DAYBREAK_RUN_DIR', `/${'x'.repeat(80)}`],
  ])('%s=%j', (name, value) => {
    expect(problems({ ...NEEDED, [name]: value })).toEqual([
      { name, got: value, wanted: expect.any(String) },
    ]);
  });

  test('an error names a missing variable', () => {
    expect(problems({}).map(({ name, got }) => [name, got])).toEqual([
      ['APPMESH_RESOURCE_ARN', undefined],
      ['APPMESH_XDS_ENDPOINT', undefined],
    ]);
    expect(problems({ ...NEEDED, DAYBREAK_XDS_CERT_FILE: '/c' })).toMatchObject([
      { name: 'DAYBREAK_XDS_KEY_FILE' },
    ]);
  });
});

describe("features of App Mesh's image that are refused for good", () => {
  test.each([
    ['APPNET_ENABLE_RELAY_MODE_FOR_XDS', '1', '0, or not set: relay mode is not supported'],
    ['APPNET_FIPS_MODE_ENABLED', 'true', '0, or not set: FIPS mode is not supported'],
    ['APPNET_CONTAINER_IP_MAPPING', '{}', 'not to be set: Service Connect is not supported'],
    ['APPNET_LISTENER_PORT_MAPPING', '{}', 'not to be set: Service Connect is not supported'],
  ])('%s=%s is refused, with the reason', (name, value, beginning) => {
    const wanted = expect.stringMatching(new RegExp(`^${beginning}: .`)) as unknown;
    expect(problems({ ...NEEDED, [name]: value })).toEqual([{ name, got: value, wanted }]);
  });

  test('a feature that is switched off is no problem', () => {
    const off = { APPNET_ENABLE_RELAY_MODE_FOR_XDS: '0', APPNET_ENVOY_LOG_DESTINATION: '' };
    expect(problems({ ...NEEDED, ...off })).toEqual([]);
  });

  test('lists variables that have no effect', () => {
    const env = {
      PID_POLL_INTERVAL_MS: '100',
      APPMESH_PREVIEW: '',
      ENVOY_SANITIZE_ORIGINAL_PATH: '0',
      PATH: '/',
    };
    expect(withoutEffect(env)).toEqual(['ENVOY_SANITIZE_ORIGINAL_PATH', 'PID_POLL_INTERVAL_MS']);
  });
});

function problems(env: Record<string, string>): SettingsError['problems'] {
  try {
    readAgentSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
