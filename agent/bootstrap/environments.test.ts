import { expect, test } from 'vitest';
import { idleVariables } from '../settings/companions.ts';
import { readAgentSettings, type AgentSettings } from '../settings/settings.ts';

// Environments as task definitions, templates, controllers and scripts have them, with the endpoint added and nothing else changed.
// test/long/ecs/example-environments.ts takes those of a clone of App Mesh's examples.

type Case = {
  readonly of: string;
  readonly env: Readonly<Record<string, string>>;
  readonly settings: object;
};

const CASES: readonly Case[] = [
  {
    of: 'an ECS task with X-Ray, tags and DogStatsD',
    env: {
      ENVOY_LOG_LEVEL: 'debug',
      ENABLE_ENVOY_XRAY_TRACING: '1',
      ENABLE_ENVOY_STATS_TAGS: '1',
      ENABLE_ENVOY_DOG_STATSD: '1',
      STATSD_PORT: '8125',
      APPMESH_RESOURCE_ARN: 'mesh/m/virtualNode/front',
      AWS_REGION: 'us-west-2',
      AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
      ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/abc',
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/abc',
      ENVOY_ENABLE_IAM_AUTH_FOR_XDS: '0',
    },
    settings: { tracing: { kind: 'xray' }, stats: { resourceTags: true, dogStatsd: { kind: 'udp' } } },
  },
  {
    of: 'an ECS task with the metric extension',
    env: {
      APPMESH_RESOURCE_ARN: 'arn:aws:appmesh:us-west-2:111122223333:mesh/m/virtualNode/dj',
      APPMESH_METRIC_EXTENSION_VERSION: '1',
      ENABLE_ENVOY_DOG_STATSD: '1',
      ENVOY_LOG_LEVEL: 'debug',
    },
    settings: { stats: { metricExtension: true } },
  },
  {
    of: 'a gateway of the preview',
    env: { APPMESH_RESOURCE_ARN: 'mesh/m/virtualGateway/in', APPMESH_PREVIEW: '1', ENVOY_LOG_LEVEL: 'info' },
    settings: { resource: { kind: 'virtualGateway' } },
  },
  {
    of: 'an EC2 machine with Docker',
    env: { APPMESH_VIRTUAL_NODE_NAME: 'mesh/m/virtualNode/front', ENABLE_ENVOY_XRAY_TRACING: '1' },
    settings: { resource: { name: 'front' }, tracing: { host: '127.0.0.1', port: 2000 } },
  },
  {
    of: 'a pod of the controller, with Datadog, SDS and a daemon on its host',
    env: {
      APPMESH_RESOURCE_ARN: 'mesh/m@111122223333/virtualNode/front_apps',
      APPMESH_VIRTUAL_NODE_NAME: 'mesh/m@111122223333/virtualNode/front_apps',
      APPMESH_DUALSTACK_ENDPOINT: '0',
      APPMESH_FIPS_ENDPOINT: '0',
      APPMESH_PREVIEW: '0',
      APPMESH_PLATFORM_K8S_VERSION: 'v1.30',
      APPMESH_PLATFORM_K8S_POD_UID: 'uid',
      APPMESH_PLATFORM_APP_MESH_CONTROLLER_VERSION: 'v1.13.0',
      APPMESH_SDS_SOCKET_PATH: '/run/spire/sockets/agent.sock',
      APPNET_AGENT_ADMIN_MODE: 'uds',
      APPNET_AGENT_ADMIN_UDS_PATH: '/tmp/agent.sock',
      AWS_REGION: 'us-west-2',
      ENVOY_ADMIN_ACCESS_ENABLE_IPV6: 'false',
      ENVOY_ADMIN_ACCESS_LOG_FILE: '/tmp/envoy_admin_access.log',
      ENVOY_ADMIN_ACCESS_PORT: '9901',
      ENVOY_LOG_LEVEL: 'info',
      ENABLE_ENVOY_DATADOG_TRACING: 'true',
      DATADOG_TRACER_ADDRESS: '10.0.0.4',
      DATADOG_TRACER_PORT: '8126',
      ENABLE_ENVOY_DOG_STATSD: 'true',
      STATSD_ADDRESS: '10.0.0.4',
      STATSD_PORT: '8125',
    },
    settings: {
      tracing: { kind: 'datadog', host: '10.0.0.4' },
      stats: { dogStatsd: { host: '10.0.0.4' } },
      envoy: { sdsSocketPath: '/run/spire/sockets/agent.sock' },
    },
  },
  {
    of: 'a pod with Jaeger by the name of a service',
    env: {
      APPMESH_VIRTUAL_NODE_NAME: 'mesh/m/virtualNode/front_apps',
      ENABLE_ENVOY_JAEGER_TRACING: '1',
      JAEGER_TRACER_ADDRESS: 'jaeger.tracing.svc.cluster.local',
      JAEGER_TRACER_PORT: '9411',
    },
    settings: { tracing: { kind: 'jaeger', host: 'jaeger.tracing.svc.cluster.local' } },
  },
  {
    of: 'a pod with files of its own',
    env: {
      APPMESH_VIRTUAL_NODE_NAME: 'mesh/m/virtualNode/front_apps',
      ENVOY_TRACING_CFG_FILE: '/tmp/envoy/envoyconf.yaml',
      ENVOY_RESOURCES_CONFIG_FILE: '/tmp/envoy/resources.yaml',
    },
    settings: { customConfig: { merged: { length: 2 } } },
  },
];

test.each(CASES)('$of', ({ env, settings }) => {
  const given = { ...env, APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000' };
  const read: AgentSettings = readAgentSettings(given);
  expect(read).toMatchObject(settings);
  expect(idleVariables(given, read)).toEqual([]);
});
