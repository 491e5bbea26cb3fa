import { expect, test } from 'vitest';
import { hostsFile } from './names.ts';

test('a hosts file has localhost, and one line per address', () => {
  const text = hostsFile([
    { addresses: ['198.18.0.2'], names: ['gateway', 'colorgateway.default.svc.cluster.local'] },
    { addresses: ['198.18.0.3', 'fd98:18:0::3'], names: ['teller'] },
  ]);
  expect(text.split('\n').slice(2)).toEqual([
    '198.18.0.2 gateway colorgateway.default.svc.cluster.local',
    '198.18.0.3 teller',
    'fd98:18:0::3 teller',
    '',
  ]);
});
