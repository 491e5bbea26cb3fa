import { expect, it, test } from 'vitest';
import { resolveAppAddress } from './app-address.ts';
import { readAgentSettings } from '../settings/settings.ts';

const FACTS = {
  ipv4: { lo: ['127.0.0.1/8'], eth0: ['169.254.172.2/22'], eth1: ['10.0.0.5/24', '10.0.0.6/24'] },
  ipv6: {
    lo: ['::1/128'],
    eth1: ['2001:db8::5/64'],
    eth2: ['fe80::5/64', '2001:db8::7/64'],
    eth3: ['fe80::6/64'],
  },
};

const set = (value: string) =>
  readAgentSettings({
    APPMESH_RESOURCE_ARN: 'mesh/m/virtualNode/n',
    APPMESH_XDS_ENDPOINT: 'http://localhost:18000',
    DAYBREAK_APP_ADDRESS: value,
  }).appAddress;

test.each([
  ['::1', '::1'],
  ['10.9.9.9', '10.9.9.9'],
  ['eth1', '10.0.0.5'],
  ['eth2', '2001:db8::7'],
  ['lo', '127.0.0.1'],
])('DAYBREAK_APP_ADDRESS=%s stands for %s', (value, address) => {
  expect(resolveAppAddress(set(value), FACTS)).toBe(address);
});

test.each([
  '0.0.0.0',
  '::',
  'fe80::1%eth0',
  'an interface',
  'a-name-of-sixteen',
  '10.0.0.5:80',
])('DAYBREAK_APP_ADDRESS=%s is refused', (value) => {
  expect(() => set(value)).toThrow(/DAYBREAK_APP_ADDRESS.*an IP address other than a wildcard/s);
});

it.each(['eth3', 'eth9'])('an error lists the interfaces with an address if %s is not one', (name) => {
  expect(() => resolveAppAddress(name, FACTS)).toThrow(
    `DAYBREAK_APP_ADDRESS=${name} is not a network interface with an address; those are lo, eth0, eth1, eth2, eth3`,
  );
});

it('an unset value stays undefined', () => {
  expect(resolveAppAddress(undefined, FACTS)).toBeUndefined();
});
