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

test.each([
  [{ DAYBREAK_INGRESS_SERVICE_HOST: '10.0.0.1' }, {}, 15_000],
  [{ DAYBREAK_INGRESS_PORT_80_TCP: 'tcp://10.0.0.1:80' }, {}, 15_000],
  [{ DAYBREAK_INGRESS_SERVICE_HOST: '10.0.0.1', APPMESH_ENVOY_INGRESS_PORT: '15009' }, {}, 15_009],
  [{ DAYBREAK_INGRESS_SERVICE_HOST: '10.0.0.1' }, { ProxyIngressPort: '15008' }, 15_008],
])('a variable that Kubernetes or Docker set for a Service or link of this name counts as unset: %j, %j; it was an error', (env, properties, port) => {
  const link = { DAYBREAK_INGRESS_PORT: 'tcp://10.0.0.1:80', ...env };
  expect(readProxyinitSettings(rawSettings(link, { properties })).ingressPort).toBe(port);
});
