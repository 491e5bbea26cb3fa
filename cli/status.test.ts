import { expect, test } from 'vitest';
import type { ProxyStatus } from '../controlplane/status.ts';
import { describeStatus } from './status.ts';

const proxy: ProxyStatus = {
  resource: 'mesh/default/virtualNode/colorgateway-vn',
  instance: 'i-1',
  envoy: 'envoy 1.40.0',
  peer: '198.18.0.3:40000',
  variant: 'delta',
  connectedAt: '2026-11-21T12:00:00.000Z',
  state: 'in sync',
  types: [
    {
      type: 'Cluster',
      resources: 4,
      version: 'v',
      acknowledgedAt: '2026-11-21T12:00:00.100Z',
      error: undefined,
    },
  ],
  problems: [],
};

test('a line a proxy, in columns', () => {
  expect(describeStatus({ revision: 7, proxies: [proxy] })).toBe(
    [
      'The model is at revision 7.',
      '',
      'RESOURCE                                  STATE    ENVOY         PEER              CONNECTED SINCE           RESOURCES',
      'mesh/default/virtualNode/colorgateway-vn  in sync  envoy 1.40.0  198.18.0.3:40000  2026-11-21T12:00:00.000Z  Cluster 4',
      '',
    ].join('\n'),
  );
});

test('what Envoy refused and what has no effect stand below the table', () => {
  const types = [
    { type: 'Listener', resources: 1, version: undefined, acknowledgedAt: undefined, error: 'no such file' },
  ];
  const problems = [{ where: 'backend a.local', what: 'there is no such virtual service' }];
  const text = describeStatus({ revision: 1, proxies: [{ ...proxy, types, problems }] });
  expect(text.split('\n').slice(-4)).toEqual([
    '',
    'mesh/default/virtualNode/colorgateway-vn refused Listener: no such file',
    'mesh/default/virtualNode/colorgateway-vn: backend a.local: there is no such virtual service',
    '',
  ]);
});

test('no proxy', () => {
  expect(describeStatus({ revision: 0, proxies: [] })).toBe(
    'The model is at revision 0. No proxy is connected.\n',
  );
});
