import { rootStack, type Shared } from '../cloudformation/stacks.ts';
import { templateSet } from '../cloudformation/template-set.ts';
import { isTemplate, placeIn, resourceNamed, type TemplateResource } from '../cloudformation/template.ts';
import { readOutputs } from '../cloudformation/outputs.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { isObject } from '../../../common/is-object.ts';
import type { ImportProblem } from '../place.ts';
import type { ParsedFile } from '../reading/parsed.ts';
import { Open, type ImportContext } from '../source.ts';
import { taskDefinitionFrom, type Ecs, type EcsService, type TaskDefinition } from './ecs.ts';

const SERVICE = 'AWS::ECS::Service';
const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';

/** Whether a file has a template that creates services with Service Connect. */
export function makesServices({ documents }: ParsedFile): boolean {
  return documents.some(({ value }) => {
    const resources = isTemplate(value) ? (value as { readonly Resources: object }).Resources : {};
    return Object.values(resources).some(
      (each) =>
        isObject(each) && isObject(each['Properties']) && 'ServiceConnectConfiguration' in each['Properties'],
    );
  });
}

/** Reads the services and task definitions of templates; the family of a task definition is its logical id. */
export async function readTemplates(
  files: readonly ParsedFile[],
  context: ImportContext,
): Promise<Ecs & { readonly problems: readonly ImportProblem[] }> {
  const set = await templateSet(files, context.read);
  const problems: ImportProblem[] = [];
  const exports: Shared['exports'] = { stacks: [], answers: readOutputs(context.outputs), index: undefined };
  const shared: Shared = { set, context, exports, problems, underway: [] };
  for (const { template, synthesized } of set.roots) rootStack(shared, template, synthesized);
  const services: EcsService[] = [];
  const taskDefinitions: TaskDefinition[] = [];
  for (const stack of exports.stacks) {
    for (const id of Object.keys(stack.template.resources)) {
      const resource = resourceNamed(stack.template, id);
      if (resource?.type === SERVICE) services.push(...serviceFrom(stack, id, resource));
      if (resource?.type !== TASK_DEFINITION) continue;
      const containers = valueOf(stack, id, resource, 'ContainerDefinitions');
      taskDefinitions.push(
        taskDefinitionFrom({
          family: familyOf(stack, id),
          containerDefinitions: Array.isArray(containers) ? containers : [],
        }),
      );
    }
  }
  return { services, taskDefinitions, problems };
}

function serviceFrom(stack: Stack, id: string, resource: TemplateResource): readonly EcsService[] {
  const configuration = valueOf(stack, id, resource, 'ServiceConnectConfiguration');
  if (!isObject(configuration) || configuration instanceof Open) return [];
  const name = valueOf(stack, id, resource, 'ServiceName');
  const task = resource.properties['TaskDefinition'];
  const path = ['Resources', id, 'Properties', 'ServiceConnectConfiguration'];
  return [
    {
      name: typeof name === 'string' ? name : id,
      taskDefinition:
        isObject(task) && typeof task['Ref'] === 'string'
          ? familyOf(stack, task['Ref'])
          : String(valueOf(stack, id, resource, 'TaskDefinition')),
      configuration,
      place: placeIn(stack.template, ['Resources', id], stack.prefix),
      lineAt: (inside) => stack.template.document.lineAt([...path, ...inside.map(capital)]),
    },
  ];
}

// Includes the file and the nesting path, because another stack may have the same logical id.
function familyOf({ template, prefix }: Stack, id: string): string {
  return `${template.file} ${prefix}${id}`.replaceAll(/[/:]/g, ' ');
}

function valueOf(stack: Stack, id: string, { properties }: TemplateResource, member: string): unknown {
  if (!(member in properties)) return undefined;
  return inCamelCase(stack.evaluate(properties[member], ['Resources', id, 'Properties', member]));
}

function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isObject(value) || value instanceof Open) return value;
  const members = Object.entries(value).map(([name, part]) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    inCamelCase(part),
  ]);
  return Object.fromEntries(members) as unknown;
}

function capital(step: string | number): string | number {
  return typeof step === 'number' ? step : step.charAt(0).toUpperCase() + step.slice(1);
}
