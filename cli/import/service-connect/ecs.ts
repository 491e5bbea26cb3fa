import { isObject } from '../../../common/is-object.ts';
import type { Path, Place } from '../place.ts';
import type { ParsedFile } from '../reading/parsed.ts';

type Members = Readonly<Record<string, unknown>>;

/** An ECS service with Service Connect. */
export type EcsService = {
  readonly name: string;
  /** The ARN of its task definition, or `FAMILY:REVISION`, or the family alone. */
  readonly taskDefinition: string;
  readonly configuration: Members;
  readonly place: Place;
  readonly lineAt: (path: Path) => number;
};

/** A task definition with its named ports. */
export type TaskDefinition = {
  readonly family: string;
  readonly revision: string | undefined;
  readonly ports: ReadonlyMap<string, { readonly port: unknown; readonly protocol: string }>;
};

/** The services and task definitions in answers of `describe-services` and `describe-task-definition`, or in inputs of create calls. */
export type Ecs = {
  readonly services: readonly EcsService[];
  readonly taskDefinitions: readonly TaskDefinition[];
};

/** Whether a value is such an answer or input. */
export function isEcs(value: unknown): boolean {
  return servicesIn(value).length > 0 || taskDefinitionIn(value) !== undefined;
}

/** Reads all services with Service Connect, and all task definitions. */
export function readEcs(files: readonly ParsedFile[]): Ecs {
  const services: EcsService[] = [];
  const taskDefinitions: TaskDefinition[] = [];
  for (const { file, documents } of files) {
    for (const { value, lineAt } of documents) {
      for (const { service, path } of servicesIn(value)) {
        const found = configurationOf(service);
        if (found === undefined) continue;
        const name = String(service['serviceName']);
        services.push({
          name,
          taskDefinition: String(service['taskDefinition']),
          configuration: found.configuration,
          place: { file, line: lineAt(path), id: `service ${name}` },
          lineAt: (inside) => lineAt([...path, ...found.path, ...inside]),
        });
      }
      const definition = taskDefinitionIn(value);
      if (definition !== undefined) taskDefinitions.push(taskDefinitionFrom(definition));
    }
  }
  return { services, taskDefinitions };
}

/** Returns the task definition of a service: the revision that the service names, else one of the family without a revision. */
export function taskDefinitionOf(
  { taskDefinition }: EcsService,
  all: readonly TaskDefinition[],
): TaskDefinition | undefined {
  const [family, revision] = (taskDefinition.split('/').at(-1) ?? '').split(':');
  const own = all.filter((each) => each.family === family);
  return (
    own.find((each) => revision === undefined || each.revision === revision) ??
    own.find((each) => each.revision === undefined)
  );
}

function servicesIn(value: unknown): readonly { readonly service: Members; readonly path: Path }[] {
  if (!isObject(value)) return [];
  const { services } = value;
  if (Array.isArray(services)) {
    return services.flatMap((service: unknown, index) =>
      isObject(service) && isService(service) ? [{ service, path: ['services', index] }] : [],
    );
  }
  if (isObject(value['service']))
    return isService(value['service']) ? [{ service: value['service'], path: ['service'] }] : [];
  return isService(value) ? [{ service: value, path: [] }] : [];
}

function isService(value: Members): boolean {
  return typeof value['serviceName'] === 'string' && typeof value['taskDefinition'] === 'string';
}

// In answers, each deployment has the configuration; in inputs, the service has it.
function configurationOf(
  service: Members,
): { readonly configuration: Members; readonly path: Path } | undefined {
  const deployments: readonly unknown[] = Array.isArray(service['deployments']) ? service['deployments'] : [];
  const primary = deployments.findIndex((each) => isObject(each) && each['status'] === 'PRIMARY');
  const deployment = deployments[primary];
  if (isObject(deployment) && isObject(deployment['serviceConnectConfiguration'])) {
    const path = ['deployments', primary, 'serviceConnectConfiguration'];
    return { configuration: deployment['serviceConnectConfiguration'], path };
  }
  const own = service['serviceConnectConfiguration'];
  return isObject(own) ? { configuration: own, path: ['serviceConnectConfiguration'] } : undefined;
}

function taskDefinitionIn(value: unknown): Members | undefined {
  if (!isObject(value)) return undefined;
  const definition = isObject(value['taskDefinition']) ? value['taskDefinition'] : value;
  return typeof definition['family'] === 'string' && Array.isArray(definition['containerDefinitions'])
    ? definition
    : undefined;
}

/** Returns the named ports of a task definition in the API's spelling. */
export function taskDefinitionFrom(definition: Members): TaskDefinition {
  const containers = (definition['containerDefinitions'] as readonly unknown[]).filter(isObject);
  const mappings = containers.flatMap(({ portMappings }) =>
    Array.isArray(portMappings) ? portMappings.filter(isObject) : [],
  );
  const { revision } = definition;
  return {
    family: String(definition['family']),
    revision: typeof revision === 'number' ? String(revision) : undefined,
    ports: new Map(
      mappings.flatMap(({ name, containerPort, appProtocol }) =>
        typeof name === 'string'
          ? [[name, { port: containerPort, protocol: typeof appProtocol === 'string' ? appProtocol : 'tcp' }]]
          : [],
      ),
    ),
  };
}
