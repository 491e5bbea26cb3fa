import type { InstanceMetadata } from './instance-metadata.ts';
import type { ContainerLimits, TaskMetadata } from './task-metadata.ts';
import type { LocationSettings } from '../settings/location-settings.ts';

/** Where the agent runs, as far as it is known: the region, the zone, the machine, and the ECS task. It does not change. */
export type Location = {
  readonly region: string | undefined;
  /** The name of the availability zone, which differs between accounts, e.g. `us-east-1a`. */
  readonly zone: string | undefined;
  /** The id of the zone, which is the same in all accounts, e.g. `use1-az4`. */
  readonly zoneId: string | undefined;
  /** The id of the EC2 instance. */
  readonly instanceId: string | undefined;
  /** Undefined outside ECS. */
  readonly task: TaskLocation | undefined;
  readonly kubernetes: LocationSettings['kubernetes'];
};

/** The ECS task of the agent. */
export type TaskLocation = Omit<TaskMetadata, 'desiredStatus' | 'availabilityZone'> & {
  /** App Mesh's name of the launch type: `AWS_ECS_EC2` or `AWS_ECS_FARGATE`. */
  readonly executionEnvironment: string | undefined;
  readonly containerInstanceArn: string | undefined;
  readonly limits: ContainerLimits;
};

/** The answers of the metadata services. Undefined: there was none. */
export type Answers = {
  readonly task: TaskMetadata | undefined;
  readonly limits: ContainerLimits | undefined;
  readonly instance: InstanceMetadata | undefined;
};

/** A location of which nothing is known. */
export const NOWHERE: Location = {
  region: undefined,
  zone: undefined,
  zoneId: undefined,
  instanceId: undefined,
  task: undefined,
  kubernetes: undefined,
};

/**
 * Combines the answers with the variables that ECS sets. The region of the task's ARN precedes that of the instance, and `AWS_REGION`
 * is the last: the operator may have set it for another purpose.
 */
export function toLocation(
  { region, executionEnvironment, containerInstanceArn, kubernetes }: LocationSettings,
  { task, limits, instance }: Answers,
): Location {
  const isTask = task !== undefined || executionEnvironment?.startsWith('AWS_ECS_') === true;
  const { arn, cluster, service, family, revision, launchType, ipFamilies, availabilityZone } =
    task ?? NO_TASK;
  return {
    region: regionOf(arn) ?? instance?.region ?? region,
    zone: availabilityZone ?? instance?.availabilityZone,
    zoneId: instance?.availabilityZoneId,
    instanceId: instance?.instanceId,
    task: isTask
      ? {
          arn,
          cluster,
          service,
          family,
          revision,
          launchType,
          ipFamilies,
          executionEnvironment: executionEnvironment ?? environmentOf(launchType),
          containerInstanceArn,
          limits: limits ?? { cpu: undefined, memory: undefined },
        }
      : undefined,
    kubernetes,
  };
}

const NO_TASK: TaskMetadata = {
  arn: undefined,
  cluster: undefined,
  service: undefined,
  family: undefined,
  revision: undefined,
  launchType: undefined,
  desiredStatus: undefined,
  availabilityZone: undefined,
  ipFamilies: undefined,
};

function regionOf(arn: string | undefined): string | undefined {
  return /^arn:[^:]+:ecs:([a-z0-9-]+):/.exec(arn ?? '')?.[1];
}

function environmentOf(launchType: string | undefined): string | undefined {
  return launchType === undefined ? undefined : `AWS_ECS_${launchType}`;
}
