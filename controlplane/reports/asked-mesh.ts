import { authorize, refusalOfStream } from '../auth/authorize.ts';
import type { Principal } from '../auth/principal.ts';
import { visibleMesh } from '../auth/visible-mesh.ts';
import { parameter } from '../ads/preview-query.ts';
import { badRequest, notFound } from '../http/errors.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';

/** The action that a caller of live figures needs. */
export const ACTION = 'daybreak:GetReports';

/**
 * Returns the mesh that the query parameters `mesh` and `meshOwner` name.
 * @throws ApiError AccessDeniedException for a mesh of an account that does not share it, NotFoundException, BadRequestException
 */
export function askedMesh(caller: Principal, model: Model, query: unknown): MeshId {
  const mesh = parameter(query, 'mesh');
  const { meshOwner } = query as Readonly<Record<string, unknown>>;
  const named = model.meshesNamed(mesh);
  const owner = meshOwner === undefined ? visibleMesh(caller, named)?.owner : parameter(query, 'meshOwner');
  const id = { mesh, owner: owner ?? caller.account };
  authorize(caller, { action: ACTION, resource: '*' }, id);
  if (named.some((each) => each.owner === id.owner)) return id;
  throw notFound(`There is no mesh ${JSON.stringify(mesh)} of account ${id.owner}.`);
}

/** Returns why a reader may no longer have figures of a mesh; undefined if it may. `caller`: as it is now. */
export function refusalOf(caller: Principal | undefined, mesh: MeshId): string | undefined {
  return refusalOfStream(caller, { action: ACTION, resource: '*' }, mesh);
}

/** Returns an optional query parameter that is a whole number. @throws ApiError BadRequestException */
export function askedNumber(
  query: unknown,
  name: string,
  { least, most, fallback }: { readonly least: number; readonly most: number; readonly fallback: number },
): number {
  const { [name]: text } = query as Readonly<Record<string, unknown>>;
  if (text === undefined) return fallback;
  const number = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw badRequest(`The query parameter ${name} has to be a whole number from ${least} to ${most}.`);
}
