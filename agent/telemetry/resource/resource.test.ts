import { describe, expect, test } from 'vitest';
import { NOWHERE } from '../../location/location.ts';
import { telemetrySettings } from '../testing/telemetry.ts';
import { TAG_GROUPS, type TagGroup } from '../settings/resource-settings.ts';
import { resourceAttributes, type ResourceFacts } from './resource.ts';

const TASK = 'arn:aws:ecs:us-west-2:111122223333:task/shop/158d1c8083dd49d6b527399fd6414f5c';

const IN_ECS: ResourceFacts = {
  resource: { id: 'mesh/m/virtualNode/n', mesh: 'm', kind: 'virtualNode', name: 'n' },
  location: {
    ...NOWHERE,
    region: 'us-west-2',
    zone: 'us-west-2a',
    zoneId: 'usw2-az1',
    instanceId: 'i-1',
    task: {
      arn: TASK,
      cluster: 'shop',
      service: 'teller',
      family: 'tellers',
      revision: '7',
      launchType: 'FARGATE',
      ipFamilies: 'ALL',
      executionEnvironment: 'AWS_ECS_FARGATE',
      containerInstanceArn: undefined,
      limits: { cpu: undefined, memory: undefined },
    },
  },
  instance: 'a-process',
};

/** The attributes of each group. */
const OF_GROUP: Readonly<Record<TagGroup, Readonly<Record<string, string>>>> = {
  mesh: { 'daybreak.mesh': 'm' },
  node: { 'daybreak.virtual_node': 'n' },
  cluster: { 'aws.ecs.cluster.arn': 'arn:aws:ecs:us-west-2:111122223333:cluster/shop' },
  service: { 'aws.ecs.service.name': 'teller' },
  task: {
    'aws.ecs.task.arn': TASK,
    'aws.ecs.task.family': 'tellers',
    'aws.ecs.task.revision': '7',
    'aws.ecs.launchtype': 'fargate',
  },
  zone: {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ecs',
    'cloud.account.id': '111122223333',
    'cloud.region': 'us-west-2',
    'cloud.availability_zone': 'us-west-2a',
    'daybreak.zone_id': 'usw2-az1',
  },
  instance: { 'service.instance.id': 'a-process', 'host.id': 'i-1' },
};

const attributes = (env: Readonly<Record<string, string>>, facts = IN_ECS) =>
  resourceAttributes(telemetrySettings(env).resource, facts);

const together = (groups: readonly TagGroup[]) =>
  Object.assign({ 'service.name': 'n' }, ...groups.map((group) => OF_GROUP[group])) as object;

test('each item bears the attributes of all groups', () => {
  expect(attributes({})).toEqual(together(TAG_GROUPS));
});

describe.each(TAG_GROUPS)('the group %s', (group) => {
  const others = TAG_GROUPS.filter((each) => each !== group);

  test('can be turned off alone', () => {
    expect(attributes({ DAYBREAK_TELEMETRY_TAGS: others.join(',') })).toEqual(together(others));
  });

  test('can be the only one', () => {
    expect(attributes({ DAYBREAK_TELEMETRY_TAGS: group })).toEqual(together([group]));
  });
});

test('without groups, only the name of the service is left', () => {
  expect(attributes({ DAYBREAK_TELEMETRY_TAGS: 'none' })).toEqual({ 'service.name': 'n' });
});

test("the operator's names precede the agent's", () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,cloud.region=home,team=x%20y' };
  expect(attributes(env)).toMatchObject({ 'service.name': 'a', 'cloud.region': 'home', team: 'x y' });
  expect(attributes({ ...env, OTEL_SERVICE_NAME: 'b' })['service.name']).toBe('b');
});

test('a gateway on an instance without ECS has no attributes of ECS', () => {
  const facts: ResourceFacts = {
    resource: { id: 'mesh/m/virtualGateway/g', mesh: 'm', kind: 'virtualGateway', name: 'g' },
    location: { ...NOWHERE, region: 'us-west-2', instanceId: 'i-1' },
    instance: 'a-process',
  };
  expect(attributes({}, facts)).toEqual({
    'service.name': 'g',
    'daybreak.mesh': 'm',
    'daybreak.virtual_gateway': 'g',
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ec2',
    'cloud.region': 'us-west-2',
    'service.instance.id': 'a-process',
    'host.id': 'i-1',
  });
});
