import { fact, list, object } from './fact.ts';
import { getMetadata, type TimeLimits } from './get-metadata.ts';
import { ipFamilies, type IpFamilies } from './ip-families.ts';

/**
 * The facts of an ECS task that the agent uses, from version 4 or 3 of the task metadata endpoint. All are undefined where the endpoint
 * does not have them.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
 */
export type TaskMetadata = {
  readonly arn: string | undefined;
  /** ARN or short name. */
  readonly cluster: string | undefined;
  readonly service: string | undefined;
  readonly family: string | undefined;
  readonly revision: string | undefined;
  /** `EC2`, `FARGATE` or `EXTERNAL`. */
  readonly launchType: string | undefined;
  /** `RUNNING`, and `STOPPED` after ECS has decided to stop the task. */
  readonly desiredStatus: string | undefined;
  readonly availabilityZone: string | undefined;
  readonly ipFamilies: IpFamilies | undefined;
};

/** The limits of the agent's own container, as text: CPU units and MiB. */
export type ContainerLimits = { readonly cpu: string | undefined; readonly memory: string | undefined };

/** Bytes. A container of a task has some 2 kB there, and a task has at most ten containers. */
const MOST_BYTES = 256 * 1024;

/**
 * Requests the metadata of the task. `endpoint`: the value of `ECS_CONTAINER_METADATA_URI_V4`.
 * @throws Error with the reason
 */
export async function fetchTask(endpoint: string, limits: TimeLimits = {}): Promise<TaskMetadata> {
  return parseTask(await getMetadata(`${endpoint}/task`, { ...limits, mostBytes: MOST_BYTES }));
}

/**
 * Requests the limits of the agent's own container.
 * @throws Error with the reason
 */
export async function fetchLimits(endpoint: string, limits: TimeLimits = {}): Promise<ContainerLimits> {
  const container = parse(await getMetadata(endpoint, { ...limits, mostBytes: MOST_BYTES }));
  const { CPU, Memory } = object(container['Limits']);
  const number = (value: unknown) => (typeof value === 'number' ? String(value) : undefined);
  return { cpu: number(CPU), memory: number(Memory) };
}

/**
 * Parses the metadata of a task. Members of other types count as missing.
 * @throws Error if the text is not a JSON object
 */
export function parseTask(json: string): TaskMetadata {
  const task = parse(json);
  return {
    arn: fact(task['TaskARN']),
    cluster: fact(task['Cluster']),
    service: fact(task['ServiceName']),
    family: fact(task['Family']),
    revision: fact(task['Revision']),
    launchType: fact(task['LaunchType']),
    desiredStatus: fact(task['DesiredStatus']),
    availabilityZone: fact(task['AvailabilityZone']),
    ipFamilies: ipFamilies(list(task['Containers'])),
  };
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return object(value);
  } catch {
    // The engine's own message would quote the answer.
  }
  throw new Error('its answer is not a JSON object');
}
