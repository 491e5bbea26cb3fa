import { describe, expect, test } from 'vitest';
import { parseProxyConfiguration } from './proxy-configuration.ts';
import { readProxyinitSettings } from './settings.ts';
import { rawSettings } from '../testing/raw-settings.ts';

const PROPERTIES = [
  { name: 'IgnoredUID', value: '1337' },
  { name: 'ProxyIngressPort', value: '15000' },
  { name: 'ProxyEgressPort', value: '15001' },
  { name: 'AppPorts', value: '9080' },
  { name: 'EgressIgnoredIPs', value: '169.254.170.2,169.254.169.254' },
  { name: 'EgressIgnoredPorts', value: '22' },
];
const CONFIGURATION = { type: 'APPMESH', containerName: 'envoy', properties: PROPERTIES };
const READ = Object.fromEntries(PROPERTIES.map(({ name, value }) => [name, value]));
const LABELS = { 'daybreak.proxyConfiguration': JSON.stringify(CONFIGURATION) };

test.each([
  ['the configuration alone', CONFIGURATION],
  ['without a type, which is APPMESH then', { properties: PROPERTIES }],
  ['a task definition', { family: 'f', networkMode: 'awsvpc', proxyConfiguration: CONFIGURATION }],
  [
    'what describe-task-definition answers',
    { taskDefinition: { proxyConfiguration: CONFIGURATION }, tags: [] },
  ],
  [
    'a resource of CloudFormation',
    {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        ProxyConfiguration: {
          Type: 'APPMESH',
          ContainerName: 'envoy',
          ProxyConfigurationProperties: PROPERTIES.map(({ name, value }) => ({ Name: name, Value: value })),
        },
      },
    },
  ],
  ['metadata of a container with the label', { DockerId: 'd', Labels: LABELS }],
  [
    'metadata of a task, one container of which has it',
    { Family: 'f', Containers: [{ Labels: {} }, { Labels: LABELS }] },
  ],
])('%s', (_, document) => {
  expect(parseProxyConfiguration(JSON.stringify(document), 'at')).toEqual({ properties: READ, problems: [] });
});

test('numbers, which CloudFormation accepts, count as text', () => {
  const properties = PROPERTIES.map(({ name, value }) => ({
    Name: name,
    Value: /^\d+$/.test(value) ? Number(value) : value,
  }));
  const resource = { ProxyConfiguration: { Type: 'APPMESH', ProxyConfigurationProperties: properties } };
  expect(parseProxyConfiguration(JSON.stringify({ Properties: resource }), 'at')).toEqual({
    properties: READ,
    problems: [],
  });
});

describe('a problem names its place in the JSON', () => {
  const withProperties = (...properties: unknown[]) => JSON.stringify({ type: 'APPMESH', properties });
  test.each([
    ['{', /^at="{": JSON \(/],
    ['[]', /^at="\[\]": a proxyConfiguration, or /],
    ['{"family":"f"}', /^at="{\\"family\\":\\"f\\"}": a proxyConfiguration, or /],
    ['{"type":"ENVOY","properties":[]}', /^at: type="ENVOY": APPMESH$/],
    [withProperties({ name: 'AppPorts' }), /^at: properties\[0\]=".*": \{"name"/],
    [
      withProperties({ name: 'IgnoredUid', value: '1' }),
      /^at: properties\[0\]\.name="IgnoredUid": one of IgnoredUID, /,
    ],
    [
      withProperties({ name: 'AppPorts', value: '1' }, { name: 'AppPorts', value: '2' }),
      /^at: properties\[1\]\.name="AppPorts": /,
    ],
    ['{"properties":{},"proxyConfiguration":{"properties":5}}', /^at: properties\[0\]=/],
    [
      '{"Labels":{"daybreak.proxyConfiguration":"nothing"}}',
      /^at, label daybreak.proxyConfiguration="nothing": JSON/,
    ],
  ])('%s', (json, message) => {
    const given = rawSettings({}, parseProxyConfiguration(json, 'at'));
    expect(() => readProxyinitSettings(given)).toThrow(message);
  });
});

test('values of properties are checked like other settings, and all problems are listed', () => {
  const properties = { AppPorts: '99999', IgnoredUID: 'envoy', EgressIgnoredIPs: 'x' };
  const problems = [{ name: 'at: type', got: 'X', wanted: 'APPMESH' }];
  expect(() => readProxyinitSettings(rawSettings({}, { properties, problems }))).toThrow(
    /at: type="X".*\nproxyConfiguration.IgnoredUID="envoy".*\nproxyConfiguration.AppPorts="99999".*\nproxyConfiguration.EgressIgnoredIPs="x"/,
  );
});
