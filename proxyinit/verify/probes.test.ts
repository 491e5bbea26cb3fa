import { describe, expect, test } from 'vitest';
import { readProxyinitSettings } from '../settings/settings.ts';
import { rawSettings } from '../testing/raw-settings.ts';
import { dnsProbes, inProbes, outProbes } from './probes.ts';

const given = (env: Record<string, string>) =>
  readProxyinitSettings(rawSettings(env, { nameservers: ['10.0.0.2'] }));

describe('out', () => {
  const shown = (env: Record<string, string>) =>
    outProbes(given(env), 'ipv4', ['10.1.0.1']).map((probe) =>
      'because' in probe
        ? probe.because
        : [probe.owner.uid, probe.owner.gid, probe.addresses.join(), probe.port, probe.arrives].join(' '),
    );
  test.each([
    [{}, ['65534 65534 192.0.2.1,10.1.0.1 9 15001', '1337 65534 192.0.2.1,10.1.0.1 9 ']],
    [
      { APPMESH_IGNORE_UID: '65534', APPMESH_IGNORE_GID: '65534', APPMESH_EGRESS_IGNORED_PORTS: '1:100' },
      [
        '1000 1000 192.0.2.1,10.1.0.1 443 15001',
        '65534 1000 192.0.2.1,10.1.0.1 443 ',
        '1000 65534 192.0.2.1,10.1.0.1 443 ',
      ],
    ],
    [
      { DAYBREAK_EGRESS_UID: '5', DAYBREAK_EGRESS_IP: '10.0.0.0/8', DAYBREAK_EGRESS_PORTS: '70' },
      ['5 65534 10.1.0.1,10.0.0.0 70 15001', '1337 65534 10.1.0.1,10.0.0.0 70 '],
    ],
    [{ APPMESH_EGRESS_IGNORED_IP: '0.0.0.0/0' }, ['the settings exempt all addresses']],
    [{ APPMESH_EGRESS_IGNORED_PORTS: '1:65535' }, ['the settings exempt all ports']],
    [{ APPMESH_IGNORE_UID: '5', DAYBREAK_EGRESS_UID: '5' }, ['the settings exempt all users']],
  ])('%j', (env, expected) => expect(shown(env)).toEqual(expected));
});

describe('in', () => {
  const shown = (env: Record<string, string>) =>
    inProbes(given(env), 'ipv4').map((probe) =>
      'because' in probe ? probe.because : `${probe.port} ${probe.arrives}`,
    );
  test.each([
    [{}, []],
    [{ APPMESH_APP_PORTS: '8080' }, ['8080 15000', '9 undefined']],
    [{ APPMESH_APP_PORTS: '1:65535' }, ['1 15000', '22 undefined']],
    [{ APPMESH_APP_PORTS: '*', DAYBREAK_INTERCEPT_SSH: '1' }, ['9 15000']],
    [{ APPMESH_APP_PORTS: '*', DAYBREAK_INGRESS_IGNORED_PORTS: '1:100' }, ['443 15000', '9 undefined']],
    [{ APPMESH_APP_PORTS: '22' }, ['the settings exempt all ports']],
    [
      { APPMESH_APP_PORTS: '80', DAYBREAK_INGRESS_IP: '10.0.0.0/8' },
      ['the settings exempt 198.51.100.2, where probes come from'],
    ],
  ])('%j', (env, expected) => expect(shown(env)).toEqual(expected));
});

test('DNS', () => {
  expect(dnsProbes(given({}), 'ipv4')).toEqual([]);
  expect(dnsProbes(given({ DAYBREAK_DNS: '1' }), 'ipv4')).toMatchObject([
    { addresses: ['10.0.0.2'], port: 53, arrives: 15_053, owner: { uid: 65_534 } },
  ]);
  expect(dnsProbes(given({ DAYBREAK_DNS: '1' }), 'ipv6')).toEqual([]);
});
