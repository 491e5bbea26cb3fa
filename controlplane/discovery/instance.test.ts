import { expect, test } from 'vitest';
import { instancesOf } from './instance.ts';

test.each([
  ['IPv4', { AWS_INSTANCE_IPV4: '10.0.0.1' }, { ipv4: '10.0.0.1' }],
  [
    'both',
    { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_IPV6: 'fd00::1' },
    { ipv4: '10.0.0.1', ipv6: 'fd00::1' },
  ],
  ['a port', { AWS_INSTANCE_PORT: '65535' }, { port: 65_535 }],
  ['an invalid port', { AWS_INSTANCE_PORT: '65536' }, {}],
  ['text instead of a port', { AWS_INSTANCE_PORT: '80a' }, {}],
  ['a name instead of an address', { AWS_INSTANCE_IPV4: 'red.local' }, {}],
  ['the wrong family', { AWS_INSTANCE_IPV4: 'fd00::1', AWS_INSTANCE_IPV6: '10.0.0.1' }, {}],
  ['another kind of target', { AWS_INSTANCE_CNAME: 'red.example' }, {}],
])('%s', (_, attributes, said) => {
  const instance = { id: 'a', healthy: true, attributes, ...said };
  expect(instancesOf([{ InstanceId: 'a', HealthStatus: 'HEALTHY', Attributes: attributes }])).toEqual([
    instance,
  ]);
});

test('an instance without a health check is healthy', () => {
  const statuses = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN', undefined] as const;
  const instances = instancesOf(
    statuses.map((HealthStatus, index) => ({ InstanceId: `${index}`, HealthStatus })),
  );
  expect(instances.map(({ healthy }) => healthy)).toEqual([true, false, true, true]);
});

test('instances are sorted by id, whatever the order of the answer', () => {
  const ids = ['b', 'c', 'a'].map((InstanceId) => ({ InstanceId }));
  expect(instancesOf(ids).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});
