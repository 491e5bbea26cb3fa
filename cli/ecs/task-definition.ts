import { isObject } from '../../common/is-object.ts';
import type { Path } from '../import/place.ts';

/** The input of RegisterTaskDefinition. A value that a template leaves open is an `Open` of cli/import, at any depth. */
export type TaskDefinition = Readonly<Record<string, unknown>>;

/** An entry of `containerDefinitions`. */
export type Container = Readonly<Record<string, unknown>>;

/** Members that `describe-task-definition` adds, and RegisterTaskDefinition refuses (botocore 1.44, service `ecs`). */
const DESCRIBED = new Set([
  'compatibilities',
  'deleteRequestedAt',
  'deregisteredAt',
  'registeredAt',
  'registeredBy',
  'requiresAttributes',
  'revision',
  'status',
  'taskDefinitionArn',
]);

/** Returns a task definition without the members that only `describe-task-definition` has. */
export function registerInput(definition: TaskDefinition): TaskDefinition {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => !DESCRIBED.has(name)));
}

/** Returns the containers; an entry that is no object counts as an empty one, so that indexes stay. */
export function containersOf({ containerDefinitions: containers }: TaskDefinition): readonly Container[] {
  return objects(containers);
}

/** Returns a list of objects, such as `portMappings`; an element that is no object counts as an empty one. */
export function objects(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.map((each: unknown) => (isObject(each) ? each : {})) : [];
}

/** Returns the value of a name in `environment` or another list of names and values; undefined if there is none. */
export function valueOf(list: unknown, name: string): unknown {
  return objects(list).find((each) => each['name'] === name)?.['value'];
}

/** Whether a task definition is for Fargate. */
export function isFargate({ requiresCompatibilities: platforms }: TaskDefinition): boolean {
  return Array.isArray(platforms) && platforms.includes('FARGATE');
}

/** Formats a path as JSON tools do: `containerDefinitions[1].image`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}
