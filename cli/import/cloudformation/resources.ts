import type { Path } from '../place.ts';
import { Open, type Found, type Left } from '../source.ts';
import { kindOfType, nameProperties } from './app-mesh.ts';
import { nameOf } from './attributes.ts';
import { holds } from './functions/conditions.ts';
import { tell, type Stack } from './stack.ts';
import { placeIn, resourceNamed, type TemplateResource } from './template.ts';
import { describeMade, transformMessage } from './transforms.ts';
import { FAULT, NO_VALUE } from './value.ts';

/** The App Mesh resources of a stack, and the types of the others. */
export type StackResources = {
  readonly resources: readonly Found[];
  readonly left: readonly Left[];
  readonly passedOver: readonly string[];
};

/** Evaluates the App Mesh resources of a stack. Adds faults to the problems of the stack. */
export function resourcesOf(stack: Stack): StackResources {
  const resources: Found[] = [];
  const left: Left[] = [];
  const passedOver: string[] = [];
  for (const [id, value] of Object.entries(stack.template.resources)) {
    if (id.startsWith('Fn::')) {
      const made = madeByFunction(stack, id, value);
      if (made !== undefined) left.push(made);
      continue;
    }
    const resource = resourceNamed(stack.template, id);
    if (resource === undefined) continue;
    const made = kindOfType(resource.type) === undefined ? undefined : foundIn(stack, id, resource);
    if (kindOfType(resource.type) === undefined) passedOver.push(resource.type);
    else if (made !== undefined && 'kind' in made) resources.push(made);
    else if (made !== undefined) left.push(made);
    if (made !== undefined && 'kind' in made) left.push(...deletionPolicy(stack, id, resource));
  }
  return { resources, left, passedOver };
}

// `Fn::ForEach` and `Fn::Transform` in the place of a resource make resources, which only CloudFormation knows.
function madeByFunction(stack: Stack, id: string, value: unknown): Left | undefined {
  const path = ['Resources', id];
  const name = id.split('::').slice(0, 2).join('::');
  if (JSON.stringify(value ?? null).includes('AWS::AppMesh::')) {
    tell(stack, path, describeMade(`the resources of ${name}`));
    return undefined;
  }
  if (name !== 'Fn::Transform') return undefined;
  const reason = `resources that it adds are not here: ${transformMessage(value)}`;
  return { place: placeIn(stack.template, path, stack.prefix), reason };
}

// Undefined for a fault, which has been reported.
function foundIn(stack: Stack, id: string, resource: TemplateResource): Found | Left | undefined {
  const { template, prefix } = stack;
  const kind = kindOfType(resource.type);
  const path: Path = ['Resources', id];
  const place = placeIn(template, path, prefix);
  if (kind === undefined) return undefined;
  const made =
    resource.condition === undefined ? true : holds(stack, resource.condition, [...path, 'Condition']);
  if (made === FAULT) return undefined;
  if (made === false) return { place, reason: `condition ${resource.condition} is false` };
  const own = stack.evaluate(resource.properties, [...path, 'Properties']);
  const names = nameProperties(kind).map((name) => [name, nameOf(stack, id, resource, name, path)] as const);
  if (own === FAULT || names.some(([, value]) => value === FAULT)) return undefined;
  const named = Object.fromEntries(names.filter(([, value]) => value !== NO_VALUE));
  const members = withoutOwnAccount(stack, { ...named, ...(own as object) });
  return {
    kind,
    members,
    place,
    lineAt: (inside) => template.document.lineAt([...path, 'Properties', ...inside]),
    ...(made instanceof Open ? { condition: made } : {}),
  };
}

// Documents do not name the stack's own account as the owner.
function withoutOwnAccount({ environment }: Stack, members: Found['members']): Found['members'] {
  const { MeshOwner: owner, ...others } = members;
  return owner === undefined || owner === environment.account ? others : members;
}

function deletionPolicy(
  { template, prefix }: Stack,
  id: string,
  { deletionPolicy: policy }: TemplateResource,
): Left[] {
  if (typeof policy !== 'string' || policy === 'Delete') return [];
  const place = placeIn(template, ['Resources', id], prefix);
  const reason = `DeletionPolicy ${policy} applies to CloudFormation only`;
  return [{ place, reason, group: reason }];
}
