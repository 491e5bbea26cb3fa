import { isAppMeshKind, type Resource } from '../../mesh/resource.ts';
import { API_MODEL, shapeNamed } from '../../model/api-model.ts';
import { DAYBREAK_MODEL } from '../../model/daybreak-model.ts';
import { arnOf } from '../../mesh/arn.ts';
import type { ApiContext } from './context.ts';
import { PARENTS, nameMember } from '../../mesh/names.ts';

/** The status of a resource in a response. */
export type Status = 'ACTIVE' | 'DELETED';

/**
 * Returns a resource in the form of an output shape: a data object (`RouteData`) or a reference (`RouteRef`). The model determines
 * its members. Times are seconds since 1970.
 */
export function resourceOutput(
  { region }: Pick<ApiContext, 'region'>,
  resource: Resource,
  shape: string,
  status: Status,
): Readonly<Record<string, unknown>> {
  const { kind, owner, mesh, parent, name, spec } = resource;
  const metadata = {
    arn: arnOf(resource, region),
    createdAt: resource.createdAt / 1000,
    lastUpdatedAt: resource.lastUpdatedAt / 1000,
    meshOwner: owner,
    resourceOwner: resource.resourceOwner,
    uid: resource.uid,
    version: resource.version,
  };
  const within = PARENTS[kind];
  const all: Readonly<Record<string, unknown>> = {
    ...metadata,
    meshName: mesh,
    ...(within === undefined ? {} : { [nameMember(within)]: parent }),
    [nameMember(kind)]: name,
    metadata,
    spec,
    status: { status },
  };
  const members = Object.keys(
    shapeNamed(shape, isAppMeshKind(kind) ? API_MODEL : DAYBREAK_MODEL).members ?? {},
  );
  return Object.fromEntries(members.map((member) => [member, all[member]]));
}
