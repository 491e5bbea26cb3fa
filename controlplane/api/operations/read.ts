import type { Resource } from '../../mesh/resource.ts';
import type { ResourceHandler } from './context.ts';
import { missing, requireParents } from '../checks/present.ts';
import { resourceOutput } from './output.ts';
import { page } from './paging.ts';
import { visibleMeshes } from './permission.ts';

/** The most items on one page of a list. */
const PAGE = 100;

/** Returns one resource. */
export const describe: ResourceHandler = async (context, { resultShape }, id) => {
  const { model } = context.live;
  requireParents(model, id);
  const resource = model.get(id);
  if (resource === undefined) throw missing(id);
  return resourceOutput(context, resource, resultShape, 'ACTIVE');
};

/** Returns a page of the resources of a kind under one parent, sorted by name. */
export const list: ResourceHandler = async (context, { name, kind, result, resultShape }, id, input) => {
  const { model } = context.live;
  requireParents(model, id);
  const all = kind === 'mesh' ? visibleMeshes(context) : model.list(kind, id, id.parent);
  const call = { operation: name, account: context.caller.account, input };
  const { items, nextToken } = page(all, pageKey, call, PAGE);
  const references = items.map((resource) => resourceOutput(context, resource, resultShape, 'ACTIVE'));
  return { [result]: references, ...(nextToken === undefined ? {} : { nextToken }) };
};

// A list may have several meshes of one name, each with another owner. Names contain no NUL character.
function pageKey({ kind, name, owner }: Resource): string {
  return kind === 'mesh' ? `${name}\0${owner}` : name;
}
