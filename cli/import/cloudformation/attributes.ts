import type { ApiKind } from '../../../controlplane/mesh/resource.ts';
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../../common/is-object.ts';
import type { Path } from '../place.ts';
import { Open } from '../source.ts';
import { arnOf, kindOfType, nameProperties } from './app-mesh.ts';
import { outputValue } from './exports.ts';
import { NAMES_OF_OTHERS } from './other-services.ts';
import { pseudoParameter } from './pseudo.ts';
import { fault, once, type Stack } from './stack.ts';
import type { TemplateResource } from './template.ts';
import type { Value } from './value.ts';

/** Returns the value of a `Ref` to a resource: for App Mesh, the ARN. */
export function resourceReference(stack: Stack, id: string, resource: TemplateResource, path: Path): Value {
  const kind = kindOfType(resource.type);
  if (kind !== undefined) return appMeshAttribute(stack, id, resource, kind, 'Arn', path);
  return otherValue(stack, id, resource, 'Ref', { Ref: id }, path);
}

/** Returns an attribute of a resource. */
export function resourceAttribute(
  stack: Stack,
  id: string,
  resource: TemplateResource,
  name: string,
  path: Path,
): Value {
  const kind = kindOfType(resource.type);
  if (kind !== undefined) return appMeshAttribute(stack, id, resource, kind, name, path);
  const output = /^Outputs\.(.+)$/.exec(name)?.[1];
  const nested = stack.nested.get(id);
  if (nested !== undefined && output !== undefined) {
    if (Object.hasOwn(nested.template.outputs, output)) return outputValue(nested, output, path);
    return fault(
      stack,
      path,
      `the template of the nested stack ${id}, ${nested.template.file}, has no output ${output}`,
    );
  }
  return otherValue(stack, id, resource, name, { 'Fn::GetAtt': [id, name] }, path);
}

/** Returns a name of an App Mesh resource; open if CloudFormation generated the name. */
export function nameOf(
  stack: Stack,
  id: string,
  resource: TemplateResource,
  property: string,
  path: Path,
): Value {
  if (property in resource.properties) return propertyValue(stack, id, resource, property, path);
  return askFor(
    stack,
    `${id}.${property}`,
    `the template gives no ${property} for ${id}, so CloudFormation generated one`,
  );
}

/** Returns a property of a resource, evaluated once. `path` leads to the reference. */
function propertyValue(
  stack: Stack,
  id: string,
  { properties }: TemplateResource,
  name: string,
  path: Path,
): Value {
  return once(stack, `${id}.${name}`, path, () =>
    stack.evaluate(properties[name], ['Resources', id, 'Properties', name]),
  );
}

function appMeshAttribute(
  stack: Stack,
  id: string,
  resource: TemplateResource,
  kind: ApiKind,
  name: string,
  path: Path,
): Value {
  const names = nameProperties(kind);
  if (names.includes(name)) return nameOf(stack, id, resource, name, path);
  switch (name) {
    case 'MeshOwner':
      return ownerOf(stack, id, resource, path);
    case 'ResourceOwner':
      return pseudoParameter(stack, 'AWS::AccountId', path);
    case 'Arn':
    case 'Id': {
      const values = names.map((each) => nameOf(stack, id, resource, each, path));
      const [partition, region] = ['AWS::Partition', 'AWS::Region'].map((each) =>
        pseudoParameter(stack, each, path),
      );
      return arnOf(kind, { partition, region, owner: ownerOf(stack, id, resource, path) }, values);
    }
    case 'Uid':
      return askFor(stack, `${id}.Uid`, `App Mesh generated the Uid of ${id}`);
    default: {
      const known = [...names, 'MeshOwner', 'ResourceOwner', 'Arn', 'Id', 'Uid'].join(', ');
      return fault(stack, path, `${id} (${resource.type}) has no attribute ${name}; it has ${known}`);
    }
  }
}

function ownerOf(stack: Stack, id: string, resource: TemplateResource, path: Path): Value {
  if ('MeshOwner' in resource.properties) return propertyValue(stack, id, resource, 'MeshOwner', path);
  return pseudoParameter(stack, 'AWS::AccountId', path);
}

// Other services: a property may hold the value (other-services.ts), or an output of the deployed stack.
function otherValue(
  stack: Stack,
  id: string,
  resource: TemplateResource,
  name: string,
  call: unknown,
  path: Path,
): Value {
  const property = NAMES_OF_OTHERS[resource.type]?.[name];
  if (property !== undefined && property in resource.properties)
    return propertyValue(stack, id, resource, property, path);
  const said = fromOutputs(stack, call);
  if (said !== undefined) return said;
  const [key, what] = name === 'Ref' ? [id, 'the Ref'] : [`${id}.${name}`, `the ${name}`];
  return askFor(stack, key, `${what} of ${id} (${resource.type}) is not in the files`);
}

function askFor({ answers, template, prefix }: Stack, name: string, why: string): Value {
  const key = `${prefix}${name}`;
  const answer = answers.take(key, template.file);
  return answer ?? new Open([{ key, why, flags: [`--parameter ${key}=VALUE`] }]);
}

function fromOutputs({ template, described }: Stack, call: unknown): string | undefined {
  if (described === undefined) return undefined;
  const output = Object.entries(template.outputs).find(
    ([name, each]) => isObject(each) && described.outputs.has(name) && isDeepStrictEqual(each['Value'], call),
  );
  return output === undefined ? undefined : described.outputs.get(output[0]);
}
