import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import {
  ATTR_AWS_ECS_CLUSTER_ARN,
  ATTR_AWS_ECS_LAUNCHTYPE,
  ATTR_AWS_ECS_TASK_ARN,
  ATTR_AWS_ECS_TASK_FAMILY,
  ATTR_AWS_ECS_TASK_REVISION,
  ATTR_CLOUD_ACCOUNT_ID,
  ATTR_CLOUD_AVAILABILITY_ZONE,
  ATTR_CLOUD_PLATFORM,
  ATTR_CLOUD_PROVIDER,
  ATTR_CLOUD_REGION,
  ATTR_HOST_ID,
} from '@opentelemetry/semantic-conventions/incubating';
import type { Location } from '../../location/location.ts';
import type { ResourceName } from '../../settings/parsers/resource-name.ts';
import type { ResourceSettings, TagGroup } from '../settings/resource-settings.ts';

/** Attributes of the source of telemetry, by OpenTelemetry's names. Their order is that of the groups. */
export type ResourceAttributes = Readonly<Record<string, string>>;

/** The agent's knowledge of the source. */
export type ResourceFacts = {
  readonly resource: ResourceName;
  readonly location: Location;
  /** Unique to this process. */
  readonly instance: string;
};

/**
 * Returns the attributes of this proxy's telemetry: those of the wanted groups, as far as they are known, and the operator's, which
 * precede. `aws.ecs.service.name` has no place in OpenTelemetry's conventions.
 * https://opentelemetry.io/docs/specs/semconv/resource/
 */
export function resourceAttributes(settings: ResourceSettings, facts: ResourceFacts): ResourceAttributes {
  const all = byGroup(facts);
  const { 'service.name': given, ...others } = settings.attributes;
  const known = settings.groups.flatMap((group) =>
    Object.entries(all[group]).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const serviceName = settings.serviceName ?? given ?? facts.resource.name;
  return {
    ...(serviceName === '' ? {} : { [ATTR_SERVICE_NAME]: serviceName }),
    ...Object.fromEntries(known),
    ...others,
  };
}

function byGroup({ resource, location, instance }: ResourceFacts): Record<TagGroup, Values> {
  const { task, region, zone, zoneId, instanceId } = location;
  const node = resource.kind === 'virtualNode' ? 'daybreak.virtual_node' : 'daybreak.virtual_gateway';
  return {
    mesh: { 'daybreak.mesh': filled(resource.mesh) },
    node: { [node]: filled(resource.name) },
    cluster: { [ATTR_AWS_ECS_CLUSTER_ARN]: task && clusterArn(task) },
    service: { 'aws.ecs.service.name': task?.service },
    task: {
      [ATTR_AWS_ECS_TASK_ARN]: task?.arn,
      [ATTR_AWS_ECS_TASK_FAMILY]: task?.family,
      [ATTR_AWS_ECS_TASK_REVISION]: task?.revision,
      [ATTR_AWS_ECS_LAUNCHTYPE]: task?.launchType?.toLowerCase(),
    },
    zone: {
      [ATTR_CLOUD_PROVIDER]: region === undefined ? undefined : 'aws',
      [ATTR_CLOUD_PLATFORM]: platform(location),
      [ATTR_CLOUD_ACCOUNT_ID]: /^arn:[^:]+:ecs:[^:]*:(\d+):/.exec(task?.arn ?? '')?.[1],
      [ATTR_CLOUD_REGION]: region,
      [ATTR_CLOUD_AVAILABILITY_ZONE]: zone,
      'daybreak.zone_id': zoneId,
    },
    instance: { [ATTR_SERVICE_INSTANCE_ID]: instance, [ATTR_HOST_ID]: instanceId },
  };
}

type Values = Readonly<Record<string, string | undefined>>;

function platform({ task, instanceId }: Location): string | undefined {
  if (task !== undefined) return 'aws_ecs';
  return instanceId === undefined ? undefined : 'aws_ec2';
}

/** The metadata endpoint has the cluster's ARN, or its name only. The task's ARN has the rest. */
function clusterArn({ cluster, arn }: NonNullable<Location['task']>): string | undefined {
  if (cluster === undefined || cluster.startsWith('arn:')) return cluster;
  const before = /^(arn:[^:]+:ecs:[^:]*:\d+):task\//.exec(arn ?? '')?.[1];
  return before === undefined ? undefined : `${before}:cluster/${cluster}`;
}

function filled(value: string): string | undefined {
  return value === '' ? undefined : value;
}
