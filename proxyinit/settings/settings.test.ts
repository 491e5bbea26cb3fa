import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../common/settings.ts';
import type { RawSettings } from './raw-settings.ts';
import { readProxyinitSettings, readRunSettings } from './settings.ts';
import { rawSettings } from '../testing/raw-settings.ts';

test('without any settings, the defaults apply', () => {
  expect(readProxyinitSettings(rawSettings({}, { nameservers: ['10.0.0.2'] }))).toEqual({
    ignoredUids: [1337],
    ignoredGids: [],
    ingressPort: 15_000,
    egressPort: 15_001,
    appPorts: [],
    ingressIgnoredPorts: [],
    ingressIgnoredAddresses: [],
    ingressOnly: { addresses: [] },
    ignoredPorts: [{ first: 22, last: 22 }],
    ignoredAddresses: [
      { family: 'ipv4', address: '169.254.169.254', prefix: 32 },
      { family: 'ipv4', address: '169.254.170.2', prefix: 32 },
      { family: 'ipv6', address: 'fd00:ec2::254', prefix: 128 },
    ],
    egressOnly: { ports: [], addresses: [], uids: [] },
    ignoredInterfaces: [],
    interceptSsh: false,
    dns: undefined,
    dropInvalid: false,
    families: ['ipv4'],
    startEnabled: true,
    guard: false,
  });
  expect(readRunSettings(rawSettings({}))).toEqual({ wait: 60, backend: 'auto' });
});

describe('uid and gid', () => {
  test.each([
    [{}, [1337], []],
    [{ APPMESH_IGNORE_UID: '0' }, [0], []],
    [{ APPMESH_IGNORE_GID: '1338' }, [], [1338]],
    [{ APPMESH_IGNORE_UID: '1001', APPMESH_IGNORE_GID: '1338' }, [1001], [1338]],
    [{ APPMESH_IGNORE_UID: '1337,0, 1337', APPMESH_IGNORE_GID: '5,6' }, [1337, 0], [5, 6]],
    [{ APPMESH_IGNORE_UID: '', APPMESH_IGNORE_GID: ' ' }, [1337], []],
  ])('%j', (env, ignoredUids, ignoredGids) => {
    expect(readProxyinitSettings(rawSettings(env))).toMatchObject({ ignoredUids, ignoredGids });
  });
});

describe('an error names the setting with an invalid value', () => {
  test.each([
    ['APPMESH_START_ENABLED', 'yes'],
    ['APPMESH_IGNORE_UID', 'envoy'],
    ['APPMESH_IGNORE_UID', '-1'],
    ['APPMESH_IGNORE_UID', '4294967295'],
    ['APPMESH_IGNORE_GID', '1337,'],
    ['APPMESH_ENVOY_EGRESS_PORT', '0'],
    ['APPMESH_ENVOY_EGRESS_PORT', '15000'],
    ['APPMESH_ENVOY_INGRESS_PORT', '65536'],
    ['APPMESH_APP_PORTS', '8080,99999'],
    ['APPMESH_APP_PORTS', '8080,'],
    ['APPMESH_APP_PORTS', '8080 --j ACCEPT'],
    ['APPMESH_EGRESS_IGNORED_PORTS', 'ssh'],
    ['APPMESH_EGRESS_IGNORED_IP', 'localhost'],
    ['APPMESH_EGRESS_IGNORED_IP', '10.0.0.0/8,$(reboot)'],
    ['APPMESH_ENABLE_IPV6', 'on'],
    ['DAYBREAK_ENABLE_IPV4', '0'],
    ['DAYBREAK_EGRESS_PORTS', '*'],
    ['DAYBREAK_EGRESS_IP', 'internet'],
    ['DAYBREAK_EGRESS_UID', 'www-data'],
    ['DAYBREAK_INGRESS_IP', '10.0.0.0/40'],
    ['DAYBREAK_INGRESS_IGNORED_PORTS', '0'],
    ['DAYBREAK_INGRESS_IGNORED_IP', '-s'],
    ['DAYBREAK_IGNORED_INTERFACES', 'docker0 -j ACCEPT'],
    ['DAYBREAK_IGNORED_INTERFACES', '-i'],
    ['DAYBREAK_IGNORED_INTERFACES', 'sixteen-letters0'],
    ['DAYBREAK_INTERCEPT_SSH', 'yes'],
    ['DAYBREAK_DNS', 'on'],
    ['DAYBREAK_DNS_PORT', '0'],
    ['DAYBREAK_DNS_SERVERS', 'localhost'],
    ['DAYBREAK_DROP_INVALID', '2'],
    ['DAYBREAK_GUARD', '-'],
    ['DAYBREAK_WAIT', '-1'],
    ['DAYBREAK_WAIT', '3601'],
    ['DAYBREAK_IPTABLES_BACKEND', 'nftables'],
    ['APPMESH_APP_PORTS', Array.from({ length: 513 }, (_, index) => index + 1).join()],
  ])('%s=%j', (name, value) => {
    expect(problems({ [name]: value })).toEqual([{ name, got: value, wanted: expect.any(String) }]);
  });
});

test('the error lists every problem', () => {
  const bad = {
    APPMESH_IGNORE_UID: 'x',
    APPMESH_IGNORE_GID: 'y',
    APPMESH_APP_PORTS: '0',
    APPMESH_EGRESS_IGNORED_IP: '1.2.3',
    APPMESH_ENABLE_IPV6: '2',
  };
  expect(problems(bad).map(({ name }) => name)).toEqual([
    'APPMESH_IGNORE_UID',
    'APPMESH_IGNORE_GID',
    'APPMESH_APP_PORTS',
    'APPMESH_EGRESS_IGNORED_IP',
    'APPMESH_ENABLE_IPV6',
  ]);
});

test.each([
  [{ DAYBREAK_DNS: '1' }, [], 'DAYBREAK_DNS_SERVERS'],
  [
    {
      DAYBREAK_EGRESS_IP: Array.from({ length: 200 }, (_, index) => `10.0.0.${index}`).join(),
      DAYBREAK_EGRESS_UID: '1,2,3,4,5,6',
    },
    [],
    'DAYBREAK_EGRESS_IP',
  ],
])('a problem with a combination of settings: %j', (env, nameservers, name) => {
  expect(problems(env, { nameservers }).map((problem) => problem.name)).toEqual([name]);
});

test('DNS servers are those in the settings, else those of the host', () => {
  const dns = (env: Record<string, string>) => {
    return readProxyinitSettings(
      rawSettings({ DAYBREAK_DNS: '1', ...env }, { nameservers: ['10.0.0.2', 'x'] }),
    ).dns;
  };
  expect(dns({})).toEqual({ port: 15_053, servers: [{ family: 'ipv4', address: '10.0.0.2', prefix: 32 }] });
  expect(dns({ DAYBREAK_DNS_SERVERS: '*' })).toEqual({ port: 15_053, servers: 'all' });
});

function problems(env: Record<string, string>, more?: Partial<RawSettings>): SettingsError['problems'] {
  try {
    readProxyinitSettings(rawSettings(env, more));
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
