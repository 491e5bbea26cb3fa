import { expect, test } from 'vitest';
import { readAgentSettings } from './settings.ts';

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};

test.each([
  [{}, { instanceEndpoint: 'http://169.254.169.254', taskEndpoint: undefined, region: undefined }],
  [
    { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/a/', ECS_CONTAINER_METADATA_URI: 'http://b' },
    { taskEndpoint: 'http://169.254.170.2/v4/a' },
  ],
  [
    { ECS_CONTAINER_METADATA_URI: 'http://169.254.170.2/v3/b' },
    { taskEndpoint: 'http://169.254.170.2/v3/b' },
  ],
  [{ AWS_EC2_METADATA_DISABLED: 'TRUE' }, { instanceEndpoint: undefined }],
  [{ AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' }, { instanceEndpoint: undefined }],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }, { instanceEndpoint: 'http://[fd00:ec2::254]' }],
  [
    {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1',
      AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6',
    },
    { instanceEndpoint: 'http://127.0.0.1:1' },
  ],
  [{ AWS_DEFAULT_REGION: 'eu-west-1' }, { region: 'eu-west-1' }],
  [
    {
      APPMESH_PLATFORM_K8S_VERSION: 'v1.30',
      APPMESH_PLATFORM_K8S_POD_UID: 'uid',
      APPMESH_PLATFORM_APP_MESH_CONTROLLER_VERSION: 'v1.13.0',
    },
    { kubernetes: { version: 'v1.30', podUid: 'uid', controllerVersion: 'v1.13.0' } },
  ],
  [{ APPMESH_PLATFORM_K8S_VERSION: 'v1.30' }, { kubernetes: undefined }],
])('%j', (env, location) => {
  expect(readAgentSettings({ ...NEEDED, ...env }).location).toMatchObject(location);
});

test('an unusable value of a variable that a tool sets is no error', () => {
  const { location } = readAgentSettings({
    ...NEEDED,
    ECS_CONTAINER_METADATA_URI_V4: 'file:///etc/passwd',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'localhost',
    AWS_EC2_METADATA_DISABLED: 'perhaps',
    AWS_REGION: 'somewhere else',
    AWS_EXECUTION_ENV: 'a\nb',
  });
  expect(location).toEqual({ instanceEndpoint: 'http://169.254.169.254' });
});
