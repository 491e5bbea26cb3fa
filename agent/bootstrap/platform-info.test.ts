import { expect, test } from 'vitest';
import { NOWHERE, type Location } from '../location/location.ts';
import { locality, platformInfo } from './platform-info.ts';

const HOST = { platform: 'x86_64', kernel: '6.1.0' };
const systemInfo = { systemPlatform: 'x86_64', systemKernelVersion: '6.1.0' };

const TASK: Location = {
  ...NOWHERE,
  region: 'us-west-2',
  zone: 'us-west-2d',
  zoneId: 'usw2-az4',
  task: {
    arn: 'arn:task',
    cluster: 'default',
    service: 'MyService',
    family: 'curltest',
    revision: '26',
    launchType: 'EC2',
    ipFamilies: 'ALL',
    executionEnvironment: 'AWS_ECS_EC2',
    containerInstanceArn: 'arn:instance',
    limits: { cpu: '10', memory: '128' },
  },
};

test("the platform of a task has the names of App Mesh's agent", () => {
  expect(platformInfo(TASK, HOST)).toEqual({
    AvailabilityZone: 'us-west-2d',
    AvailabilityZoneID: 'usw2-az4',
    supportedIPFamilies: 'ALL',
    ecsPlatformInfo: {
      ecsLaunchType: 'AWS_ECS_EC2',
      ecsClusterArn: 'default',
      ecsTaskArn: 'arn:task',
      ecsContainerInstanceArn: 'arn:instance',
      CPU: '10',
      Memory: '128',
    },
    systemInfo,
  });
});

test('a pod has the facts of its controller', () => {
  const kubernetes = { version: 'v1.30', podUid: 'uid', controllerVersion: 'v1.13.0' };
  expect(platformInfo({ ...NOWHERE, kubernetes }, HOST)).toEqual({
    k8sPlatformInfo: { k8sVersion: 'v1.30', podUid: 'uid', appMeshControllerVersion: 'v1.13.0' },
    systemInfo,
  });
});

test('where nothing is known, there is only the system', () => {
  expect(platformInfo(NOWHERE, HOST)).toEqual({ systemInfo });
});

test("the locality's zone is the zone's id; without one, there is no locality", () => {
  expect(locality(TASK)).toEqual({ region: 'us-west-2', zone: 'usw2-az4' });
  expect(locality({ ...TASK, zoneId: undefined })).toBeUndefined();
});
