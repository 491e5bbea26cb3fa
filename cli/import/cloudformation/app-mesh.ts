import { nameMember, PARENTS, title } from '../../../controlplane/mesh/names.ts';
import { KINDS, type Kind } from '../../../controlplane/mesh/resource.ts';
import { combine, textOf, type Value } from './value.ts';

/** The kind that a type of CloudFormation is: `AWS::AppMesh::VirtualNode`. */
export function kindOfType(type: string): Kind | undefined {
  return KINDS.find((kind) => type === `AWS::AppMesh::${title(kind)}`);
}

/** The property that holds the name: `VirtualNodeName`. */
export function nameProperty(kind: Kind): string {
  return title(nameMember(kind) as Kind);
}

/** The properties that name a resource, outermost first: its mesh, its router or gateway, itself. */
export function nameProperties(kind: Kind): readonly string[] {
  const within = PARENTS[kind];
  return [
    ...new Set(['MeshName', ...(within === undefined ? [] : [nameProperty(within)]), nameProperty(kind)]),
  ];
}

/** The ARN of a resource; `names` are those of `nameProperties`. */
export function arnOf(
  kind: Kind,
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
