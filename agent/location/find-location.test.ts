import { describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { readAgentSettings } from '../settings/settings.ts';
import { findLocation } from './find-location.ts';
import { NOWHERE } from './location.ts';
import {
  startInstanceMetadata,
  startTaskMetadata,
  type Behaviour,
  type MetadataService,
} from './testing/metadata-services.ts';

const log = createLog('test', 'silent');
const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
  // Nothing listens there.
  EC2_METADATA_HOST_ONLY_FOR_TESTING: 'http://127.0.0.1:1',
};

const PATIENT = { requestMs: 60_000, allMs: 60_000 };

const find = (env: Readonly<Record<string, string>>, limits = PATIENT) =>
  findLocation(readAgentSettings({ ...NEEDED, ...env }).location, log, limits);

function until<T extends MetadataService>(service: T): T {
  onTestFinished(() => service.stop());
  return service;
}

test('a pause of the agent, as on a machine without a free processor, does not count: it lost its zone and its task', async () => {
  const task = until(await startTaskMetadata());
  const instance = until(await startInstanceMetadata());
  const finding = find(
    { ECS_CONTAINER_METADATA_URI_V4: task.url, EC2_METADATA_HOST_ONLY_FOR_TESTING: instance.url },
    { requestMs: 600, allMs: 1200 },
  );
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
  expect(await finding).toMatchObject({ zoneId: 'usw2-az4', task: { service: 'MyService' } });
});

test('a task on EC2 knows its service, its instance and the id of its zone', async () => {
  const task = until(await startTaskMetadata());
  const instance = until(await startInstanceMetadata());
  const location = await find({
    ECS_CONTAINER_METADATA_URI_V4: task.url,
    EC2_METADATA_HOST_ONLY_FOR_TESTING: instance.url,
    AWS_EXECUTION_ENV: 'AWS_ECS_EC2',
    AWS_REGION: 'eu-west-1',
    ECS_CONTAINER_INSTANCE_ARN: 'arn:aws:ecs:us-west-2:111122223333:container-instance/default/1',
  });
  expect(location).toEqual({
    region: 'us-west-2',
    zone: 'us-west-2d',
    zoneId: 'usw2-az4',
    instanceId: 'i-1234567890abcdef0',
    kubernetes: undefined,
    task: {
      arn: 'arn:aws:ecs:us-west-2:111122223333:task/default/158d1c8083dd49d6b527399fd6414f5c',
      cluster: 'default',
      service: 'MyService',
      family: 'curltest',
      revision: '26',
      launchType: 'EC2',
      ipFamilies: 'IPv4_ONLY',
      executionEnvironment: 'AWS_ECS_EC2',
      containerInstanceArn: 'arn:aws:ecs:us-west-2:111122223333:container-instance/default/1',
      limits: { cpu: '10', memory: '128' },
    },
  });
  expect(instance.requests[0]).toBe('PUT /latest/api/token');
});

test('a task on Fargate does not ask for an instance', async () => {
  const task = until(await startTaskMetadata('task-fargate.json'));
  const instance = until(await startInstanceMetadata());
  const location = await find({
    ECS_CONTAINER_METADATA_URI_V4: task.url,
    EC2_METADATA_HOST_ONLY_FOR_TESTING: instance.url,
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
  });
  expect(location).toMatchObject({
    region: 'us-west-2',
    zone: 'us-west-2a',
    zoneId: undefined,
    task: { cluster: 'arn:aws:ecs:us-west-2:111122223333:cluster/default', ipFamilies: 'ALL' },
  });
  expect(instance.requests).toEqual([]);
});

test('an instance without ECS has a region and a zone', async () => {
  const instance = until(await startInstanceMetadata());
  const location = await find({ EC2_METADATA_HOST_ONLY_FOR_TESTING: instance.url });
  expect(location).toEqual({
    ...NOWHERE,
    region: 'us-west-2',
    zone: 'us-west-2d',
    zoneId: 'usw2-az4',
    instanceId: 'i-1234567890abcdef0',
  });
});

test('an instance whose zone has no id has the rest', async () => {
  const values = { 'placement/region': 'us-west-2', 'placement/availability-zone': 'us-west-2d' };
  const instance = until(await startInstanceMetadata('normal', { host: '127.0.0.1', port: 0 }, values));
  const location = await find({
    AWS_EC2_METADATA_SERVICE_ENDPOINT: instance.url,
    EC2_METADATA_HOST_ONLY_FOR_TESTING: '',
  });
  expect(location).toEqual({ ...NOWHERE, region: 'us-west-2', zone: 'us-west-2d' });
});

describe('an endpoint that is of no use leaves its part unknown', () => {
  const behaviours: readonly Behaviour[] = ['mute', 'huge', 'broken', 'not JSON', 'refuses'];
  test.each(behaviours)('%s', async (behaviour) => {
    const task = until(await startTaskMetadata('task-ec2.json', behaviour));
    const instance = until(await startInstanceMetadata(behaviour));
    const env = {
      ECS_CONTAINER_METADATA_URI_V4: task.url,
      EC2_METADATA_HOST_ONLY_FOR_TESTING: instance.url,
      AWS_REGION: 'us-west-2',
    };
    const endsByItself = !['mute', 'broken'].includes(behaviour);
    const location = await find(env, endsByItself ? PATIENT : { requestMs: 200, allMs: 200 });
    expect(location).toEqual({ ...NOWHERE, region: 'us-west-2' });
  });

  test('nothing listens there', async () => {
    const location = await find({
      ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1/v4/x',
      AWS_EXECUTION_ENV: 'AWS_ECS_EC2',
    });
    expect(location.task).toMatchObject({ executionEnvironment: 'AWS_ECS_EC2', arn: undefined });
  });

  test('a useless task endpoint does not take the answer of the instance away', async () => {
    const task = until(await startTaskMetadata('task-ec2.json', 'not JSON'));
    const instance = until(await startInstanceMetadata());
    const location = await find({
      ECS_CONTAINER_METADATA_URI_V4: task.url,
      EC2_METADATA_HOST_ONLY_FOR_TESTING: instance.url,
    });
    expect(location).toMatchObject({ zoneId: 'usw2-az4', task: undefined });
  });
});
