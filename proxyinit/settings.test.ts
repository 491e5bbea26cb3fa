import { describe, expect, test } from 'vitest';
import { SettingsError } from '../common/settings.ts';
import { readProxyinitSettings } from './settings.ts';

test('nothing set: the defaults', () => {
  expect(readProxyinitSettings({})).toEqual({
    ignoredUid: 1337,
    ignoredGid: undefined,
    ingressPort: 15_000,
    egressPort: 15_001,
    appPorts: [],
    ignoredPorts: [{ first: 22, last: 22 }],
    ignoredAddresses: [
      { family: 'ipv4', address: '169.254.169.254', prefix: 32 },
      { family: 'ipv4', address: '169.254.170.2', prefix: 32 },
      { family: 'ipv6', address: 'fd00:ec2::254', prefix: 128 },
    ],
    ipv6: false,
  });
});

describe('uid and gid', () => {
  test.each([
    [{}, 1337, undefined],
    [{ APPMESH_IGNORE_UID: '0' }, 0, undefined],
    [{ APPMESH_IGNORE_GID: '1338' }, undefined, 1338],
    [{ APPMESH_IGNORE_UID: '1001', APPMESH_IGNORE_GID: '1338' }, 1001, 1338],
    [{ APPMESH_IGNORE_UID: '', APPMESH_IGNORE_GID: ' ' }, 1337, undefined],
  ])('%j', (env, uid, gid) => {
    expect(readProxyinitSettings(env)).toMatchObject({ ignoredUid: uid, ignoredGid: gid });
  });
});

describe('a bad value is refused by name', () => {
  test.each([
    ['APPMESH_START_ENABLED', '0'],
    ['APPMESH_START_ENABLED', 'yes'],
    ['APPMESH_IGNORE_UID', 'envoy'],
    ['APPMESH_IGNORE_UID', '-1'],
    ['APPMESH_IGNORE_UID', '4294967295'],
    ['APPMESH_IGNORE_GID', '1337,1338'],
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
  ])('%s=%j', (name, value) => {
    expect(problems({ [name]: value })).toEqual([{ name, got: value, wanted: expect.any(String) }]);
  });
});

test('every problem is listed', () => {
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

function problems(env: Record<string, string>): SettingsError['problems'] {
  try {
    readProxyinitSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
