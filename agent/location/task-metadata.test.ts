import { expect, test } from 'vitest';
import { parseTask } from './task-metadata.ts';

const container = (Type: string, network: object) => ({ Type, Networks: [network] });
const [four, six] = [{ IPv4Addresses: ['10.0.0.1'] }, { IPv6Addresses: ['2001:db8::1'] }];

test.each([
  ['awsvpc, IPv4', [container('NORMAL', { NetworkMode: 'awsvpc', ...four })], 'IPv4_ONLY'],
  ['awsvpc, IPv6', [container('NORMAL', { NetworkMode: 'awsvpc', ...six })], 'IPv6_ONLY'],
  ['awsvpc, both', [container('NORMAL', { NetworkMode: 'awsvpc', ...four, ...six })], 'ALL'],
  [
    'bridge: the pause container has all addresses',
    [
      container('NORMAL', { NetworkMode: 'bridge', ...four }),
      container('CNI_PAUSE', { NetworkMode: 'bridge', ...four, ...six }),
    ],
    'ALL',
  ],
  ['bridge without a pause container', [container('NORMAL', { NetworkMode: 'bridge', ...four })], undefined],
  ['host', [container('NORMAL', { NetworkMode: 'host', ...four })], undefined],
  ['no addresses', [container('NORMAL', { NetworkMode: 'awsvpc', IPv4Addresses: [] })], undefined],
  ['no containers', [], undefined],
  ['containers of another form', ['a', null, { Networks: 'b' }, { Networks: [1] }], undefined],
])('address families: %s', (_, Containers, families) => {
  expect(parseTask(JSON.stringify({ Containers })).ipFamilies).toBe(families);
});

test('members of another type, with control characters or too long count as missing', () => {
  const json = JSON.stringify({ TaskARN: 7, Cluster: 'a\nb', Family: 'x'.repeat(2049), Revision: ' 3 ' });
  expect(parseTask(json)).toMatchObject({
    arn: undefined,
    cluster: undefined,
    family: undefined,
    revision: '3',
  });
});

test.each(['', '[]', 'null', '"a"', '{"TaskARN":'])('%j is no metadata', (json) => {
  expect(() => parseTask(json)).toThrow('its answer is not a JSON object');
});
