import { nameMember, PARENTS, title } from '../../../controlplane/mesh/names.ts';
import { APP_MESH_KINDS, type ApiKind } from '../../../controlplane/mesh/resource.ts';
import { combine, textOf, type Value } from './value.ts';

/** Returns the kind of a CloudFormation type such as `AWS::AppMesh::VirtualNode`. */
export function kindOfType(type: string): ApiKind | undefined {
  return APP_MESH_KINDS.find((kind) => type === `AWS::AppMesh::${title(kind)}`);
}

/** Returns the property for the name: `VirtualNodeName`. */
export function nameProperty(kind: ApiKind): string {
  return title(nameMember(kind) as ApiKind);
}

/** Returns the properties that name a resource, outermost first: mesh, router or gateway, own name. */
export function nameProperties(kind: ApiKind): readonly string[] {
  const within = PARENTS[kind];
  return [
    ...new Set(['MeshName', ...(within === undefined ? [] : [nameProperty(within)]), nameProperty(kind)]),
  ];
}

/** Returns the ARN of a resource; `names` are the values of `nameProperties`. */
export function arnOf(
  kind: ApiKind,
  where: { readonly [part in 'partition' | 'region' | 'owner']: Value },
  names: readonly Value[],
): Value {
  const { partition, region, owner } = where;
  const within = PARENTS[kind];
  const words = [within, kind].filter((each) => each !== undefined && each !== 'mesh');
  return combine([partition, region, owner, ...names], () => {
    const [mesh, ...inner] = names.map((name) => textOf(name) ?? '');
    const rest = inner.map((name, index) => `/${words[index]}/${name}`).join('');
    return `arn:${textOf(partition)}:appmesh:${textOf(region)}:${textOf(owner)}:mesh/${mesh}${rest}`;
  });
}
