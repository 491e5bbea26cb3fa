import { expect, test } from 'vitest';
import { readProxyinitSettings, readRunSettings } from './settings.ts';
import { rawSettings } from '../testing/raw-settings.ts';

// Precedence per setting: flag, DAYBREAK_…, APPMESH_…, proxyConfiguration.
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
  const { appPorts } = readProxyinitSettings(rawSettings(env, { flags, properties }));
  expect(appPorts).toEqual([{ first: port, last: port }]);
});

test.each([
  [{ guard: true }, {}, true],
  [{ guard: false }, { DAYBREAK_GUARD: '1' }, false],
  [{}, { DAYBREAK_GUARD: '1' }, true],
])('a boolean flag: %j, %j', (flags, env, guard) => {
  expect(readProxyinitSettings(rawSettings(env, { flags })).guard).toBe(guard);
});

test.each([
  [{ wait: true }, 60],
  [{ wait: '5' }, 5],
])('a flag with an optional argument: %j', (flags, wait) => {
  expect(readRunSettings(rawSettings({}, { flags })).wait).toBe(wait);
});

test.each([
  [{ 'app-ports': 'http' }, {}, {}, '--app-ports="http": '],
  [{}, { DAYBREAK_APP_PORTS: 'http' }, {}, 'DAYBREAK_APP_PORTS="http": '],
  [{}, { APPMESH_APP_PORTS: 'http' }, {}, 'APPMESH_APP_PORTS="http": '],
  [{}, {}, { AppPorts: 'http' }, 'proxyConfiguration.AppPorts="http": '],
  [{ 'egress-port': '15000' }, {}, {}, '--egress-port="15000": '],
  [{ dns: true }, {}, {}, 'DAYBREAK_DNS_SERVERS is not set: '],
])('a problem has the name of the source of the value: %j, %j, %j', (flags, env, properties, text) => {
  expect(() => readProxyinitSettings(rawSettings(env, { flags, properties }))).toThrow(text);
});
