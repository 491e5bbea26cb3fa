import { expect, test } from 'vitest';
import { readProxyinitSettings, readRunSettings } from './settings.ts';
import { givenBy } from '../testing/given.ts';

// Flag, DAYBREAK_…, APPMESH_…, proxyConfiguration: each setting by itself.
const FLAG = { 'app-ports': '1' };
const OURS = { DAYBREAK_APP_PORTS: '2' };
const THEIRS = { APPMESH_APP_PORTS: '3' };
const PROPERTY = { AppPorts: '4' };

test.each([
  [FLAG, { ...OURS, ...THEIRS }, PROPERTY, 1],
  [{}, { ...OURS, ...THEIRS }, PROPERTY, 2],
  [{}, THEIRS, PROPERTY, 3],
  [{}, {}, PROPERTY, 4],
  [{ 'app-ports': '' }, { DAYBREAK_APP_PORTS: ' ', APPMESH_APP_PORTS: '' }, PROPERTY, 4],
  [{ 'app-ports': undefined, 'egress-port': '15002' }, {}, PROPERTY, 4],
])('%j, %j, %j: %d', (flags, env, properties, port) => {
  const { appPorts } = readProxyinitSettings(givenBy(env, { flags, properties }));
  expect(appPorts).toEqual([{ first: port, last: port }]);
});

test.each([
  [{ guard: true }, {}, true],
  [{ guard: false }, { DAYBREAK_GUARD: '1' }, false],
  [{}, { DAYBREAK_GUARD: '1' }, true],
])('a flag that is on or off: %j, %j', (flags, env, guard) => {
  expect(readProxyinitSettings(givenBy(env, { flags })).guard).toBe(guard);
});

test.each([
  [{ wait: true }, 60],
  [{ wait: '5' }, 5],
])('a flag that may be followed by something: %j', (flags, wait) => {
  expect(readRunSettings(givenBy({}, { flags })).wait).toBe(wait);
});

test.each([
  [{ 'app-ports': 'http' }, {}, {}, '--app-ports="http": '],
  [{}, { DAYBREAK_APP_PORTS: 'http' }, {}, 'DAYBREAK_APP_PORTS="http": '],
  [{}, { APPMESH_APP_PORTS: 'http' }, {}, 'APPMESH_APP_PORTS="http": '],
  [{}, {}, { AppPorts: 'http' }, 'proxyConfiguration.AppPorts="http": '],
  [{ 'egress-port': '15000' }, {}, {}, '--egress-port="15000": '],
  [{ dns: true }, {}, {}, 'DAYBREAK_DNS_SERVERS is not set: '],
])('what is wrong is called by the name that it was given by: %j, %j, %j', (flags, env, properties, text) => {
  expect(() => readProxyinitSettings(givenBy(env, { flags, properties }))).toThrow(text);
});
