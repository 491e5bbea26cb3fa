import { awsPartition } from '../../common/aws-partition.ts';
import { PARENTS } from './names.ts';
import type { ResourceId } from './resource.ts';

const PATTERN =
  /^arn:aws[a-z-]*:appmesh:(?<region>[^:]*):(?<owner>\d{12}):mesh\/(?<mesh>[^/]+)(?:\/(?<rest>.+))?$/su;

/** Returns the ARN of a resource. The account in it is the mesh owner's, the partition that of the region. */
export function arnOf({ kind, owner, mesh, parent, name }: ResourceId, region: string): string {
  const base = `arn:${awsPartition(region).name}:appmesh:${region}:${owner}:mesh/${mesh}`;
  const within = PARENTS[kind];
  if (kind === 'mesh') return base;
  return within === undefined ? `${base}/${kind}/${name}` : `${base}/${within}/${parent}/${kind}/${name}`;
}

/** Parses an ARN; undefined if it is not the ARN of a resource of a mesh, or names another region. */
export function parseArn(arn: string, region: string): ResourceId | undefined {
  const { region: found, owner = '', mesh = '', rest } = PATTERN.exec(arn)?.groups ?? {};
  if (found !== region) return undefined;
  if (rest === undefined) return { kind: 'mesh', owner, mesh, parent: '', name: mesh };
  const id = nested(rest) ?? flat(rest);
  return id === undefined ? undefined : { owner, mesh, ...id };
}

type Rest = Pick<ResourceId, 'kind' | 'parent' | 'name'>;

function nested(rest: string): Rest | undefined {
  const [, within, parent = '', kind = '', name = ''] = /^(\w+)\/([^/]+)\/(\w+)\/(.+)$/su.exec(rest) ?? [];
  if ((kind !== 'route' && kind !== 'gatewayRoute') || PARENTS[kind] !== within) return undefined;
  return { kind, parent, name };
}

function flat(rest: string): Rest | undefined {
  const [, kind = '', name = ''] = /^(\w+)\/(.+)$/su.exec(rest) ?? [];
  switch (kind) {
    case 'virtualNode':
    case 'virtualRouter':
    case 'virtualService':
    case 'virtualGateway':
    case 'meshIdentity':
    case 'nodeIdentity':
    case 'accessPolicy':
      return { kind, parent: '', name };
    default:
      return undefined;
  }
}
