import type { ContainerDefinition, TaskDefinition } from './definition.ts';
import type { Inspected } from './engine.ts';

/** The status that ECS wants a task and its containers to have. */
export type Desired = 'RUNNING' | 'STOPPED';

/** A container that Docker knows, with its definition. */
export type KnownContainer = { readonly definition: ContainerDefinition; readonly inspected: Inspected };

/** A task as the metadata endpoint describes it. */
export type DescribedTask = {
  readonly arn: string;
  readonly definition: TaskDefinition;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly desired: Desired;
  readonly address: string;
  readonly containers: readonly KnownContainer[];
};

/**
 * Returns the answer of version 4 for a task.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
 */
export function taskMetadata(task: DescribedTask): object {
  const known = task.containers.map(({ inspected }) => knownStatus(inspected));
  return {
    Cluster: 'default',
    TaskARN: task.arn,
    Family: task.definition.family,
    Revision: '1',
    DesiredStatus: task.desired,
    KnownStatus: known.every((each) => each === 'STOPPED') ? 'STOPPED' : 'RUNNING',
    AvailabilityZone: 'us-west-2a',
    LaunchType: task.launchType,
    Containers: task.containers.map((container) => containerMetadata(task, container)),
  };
}

/** Returns the answer of version 4 for one container. */
export function containerMetadata(
  { arn, desired, address }: DescribedTask,
  { definition, inspected }: KnownContainer,
): object {
  const { memory, memoryReservation } = definition;
  const limit = memory ?? memoryReservation;
  return {
    DockerId: inspected.Id,
    Name: definition.name,
    DockerName: definition.name,
    Image: definition.image,
    ImageID: inspected.Image,
    Labels: { 'com.amazonaws.ecs.task-arn': arn, 'com.amazonaws.ecs.container-name': definition.name },
    DesiredStatus: desired,
    KnownStatus: knownStatus(inspected),
    Limits: { CPU: 2, ...(limit === undefined ? {} : { Memory: limit }) },
    CreatedAt: inspected.Created,
    StartedAt: inspected.State.StartedAt,
    Type: 'NORMAL',
    Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [address] }],
  };
}

function knownStatus({ State: { Status } }: Inspected): string {
  return Status === 'created' ? 'CREATED' : Status === 'running' ? 'RUNNING' : 'STOPPED';
}
