/** A name with a value, as ECS writes variables. */
export type Pair = { readonly name: string; readonly value: string };

/** The state of another container that a container waits for. */
export type Condition = 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';

/** A container of a task definition, as far as the player plays it. Times in seconds, memory in MiB. */
export type ContainerDefinition = {
  readonly name: string;
  readonly image: string;
  readonly essential?: boolean;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly readonlyRootFilesystem?: boolean;
  readonly environment?: readonly Pair[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: Condition }[];
  readonly healthCheck?: {
    readonly command: readonly string[];
    readonly interval?: number;
    readonly timeout?: number;
    readonly retries?: number;
    readonly startPeriod?: number;
  };
  readonly stopTimeout?: number;
  readonly ulimits?: readonly {
    readonly name: string;
    readonly softLimit: number;
    readonly hardLimit: number;
  }[];
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly linuxParameters?: {
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
    readonly initProcessEnabled?: boolean;
  };
  readonly mountPoints?: readonly {
    readonly sourceVolume: string;
    readonly containerPath: string;
    readonly readOnly?: boolean;
  }[];
};

/** A task definition, as far as the player plays it. */
export type TaskDefinition = {
  readonly family: string;
  readonly networkMode: 'awsvpc';
  readonly containerDefinitions: readonly ContainerDefinition[];
  readonly proxyConfiguration?: {
    readonly type?: 'APPMESH';
    readonly containerName: string;
    readonly properties: readonly Pair[];
  };
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  readonly requiresCompatibilities?: readonly string[];
  readonly memory?: string;
  readonly volumes?: readonly { readonly name: string }[];
};

const TASK_MEMBERS = words(
  'family networkMode containerDefinitions proxyConfiguration taskRoleArn executionRoleArn',
  // The player needs no room in a cluster, and a volume of any kind is one of Docker's.
  'requiresCompatibilities cpu memory volumes tags',
);

const CONTAINER_MEMBERS = words(
  'name image essential command entryPoint user workingDirectory readonlyRootFilesystem environment secrets',
  'dependsOn healthCheck stopTimeout ulimits memory memoryReservation linuxParameters mountPoints',
  // In `awsvpc` mode a task has an address of its own, where all ports are open; Docker keeps the logs.
  'cpu portMappings logConfiguration dockerLabels',
);

function words(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(' '));
}

/**
 * Reads a task definition in the form of RegisterTaskDefinition's input.
 * @throws Error with the path of a member that the player does not play, or that ECS would refuse
 */
export function readTaskDefinition(json: string): TaskDefinition {
  const definition = JSON.parse(json) as TaskDefinition;
  onlyMembers(definition, TASK_MEMBERS, '');
  if (definition.networkMode !== 'awsvpc') {
    throw new Error(`networkMode ${JSON.stringify(definition.networkMode)}: the player plays awsvpc only`);
  }
  const containers = definition.containerDefinitions;
  containers.forEach((container, at) => {
    const path = `containerDefinitions[${at}]`;
    onlyMembers(container, CONTAINER_MEMBERS, `${path}.`);
    for (const { containerName, condition } of container.dependsOn ?? []) {
      const other = containers.find(({ name }) => name === containerName);
      if (other === undefined) throw new Error(`${path}.dependsOn: there is no container ${containerName}`);
      if (condition === 'HEALTHY' && other.healthCheck === undefined) {
        throw new Error(`${path}.dependsOn: ${containerName} has no health check, so it is never HEALTHY`);
      }
      if ((condition === 'SUCCESS' || condition === 'COMPLETE') && isEssential(other)) {
        throw new Error(`${path}.dependsOn: ${containerName} is essential, so its end would end the task`);
      }
    }
  });
  return definition;
}

/** Returns whether the end of a container ends the task. */
export function isEssential(container: ContainerDefinition): boolean {
  return container.essential ?? true;
}

function onlyMembers(value: object, allowed: readonly string[], path: string): void {
  const strange = Object.keys(value).find((member) => !allowed.includes(member));
  if (strange !== undefined) throw new Error(`${path}${strange}: the player does not play it`);
}
