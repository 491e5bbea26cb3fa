import type { Kind, ResourceId } from '../model/resources.ts';
import { query } from './call.ts';

/** Where the API has a kind, and the names of its members there. */
type Place = {
  readonly version: 'v20190125' | 'daybreak/v1';
  /** The member with the name, e.g. `routeName`; with `s`-form `list` for lists. */
  readonly name: string;
  readonly list: string;
  /** The step of the path before the parent, and the parent's member. */
  readonly parent?: { readonly step: string; readonly name: string };
};

/** Each kind's place in the API. */
export const PLACES: Readonly<Record<Kind, Place>> = {
  mesh: { version: 'v20190125', name: 'meshName', list: 'meshes' },
  virtualNode: { version: 'v20190125', name: 'virtualNodeName', list: 'virtualNodes' },
  virtualService: { version: 'v20190125', name: 'virtualServiceName', list: 'virtualServices' },
  virtualRouter: { version: 'v20190125', name: 'virtualRouterName', list: 'virtualRouters' },
  virtualGateway: { version: 'v20190125', name: 'virtualGatewayName', list: 'virtualGateways' },
  route: {
    version: 'v20190125',
    name: 'routeName',
    list: 'routes',
    parent: { step: 'virtualRouter', name: 'virtualRouterName' },
  },
  gatewayRoute: {
    version: 'v20190125',
    name: 'gatewayRouteName',
    list: 'gatewayRoutes',
    parent: { step: 'virtualGateway', name: 'virtualGatewayName' },
  },
  meshIdentity: { version: 'daybreak/v1', name: 'meshIdentityName', list: 'meshIdentities' },
  nodeIdentity: { version: 'daybreak/v1', name: 'nodeIdentityName', list: 'nodeIdentities' },
  accessPolicy: { version: 'daybreak/v1', name: 'accessPolicyName', list: 'accessPolicies' },
};

/** A mesh, with the account that owns it. */
export type MeshName = { readonly mesh: string; readonly owner: string };

const enc = encodeURIComponent;

/** Returns the path of the list of a kind. */
function listPath({ mesh, owner }: MeshName, kind: Kind, parent = ''): string {
  const place = PLACES[kind];
  if (kind === 'mesh') return '/v20190125/meshes';
  const under = place.parent === undefined ? '' : `/${place.parent.step}/${enc(parent)}`;
  return `/${place.version}/meshes/${enc(mesh)}${under}/${place.list}${query({ meshOwner: owner })}`;
}

/** Returns the path of one resource. */
export function resourcePath(at: MeshName, id: ResourceId): string {
  if (id.kind === 'mesh') return `/v20190125/meshes/${enc(at.mesh)}${query({ meshOwner: at.owner })}`;
  const [path = '', rest] = listPath(at, id.kind, id.parent).split('?');
  return `${path}/${enc(id.name)}${rest === undefined ? '' : `?${rest}`}`;
}

/** Returns the name of an operation on a kind, e.g. `UpdateRoute`. */
export function operationOn(verb: 'Create' | 'Update' | 'Delete', kind: Kind): string {
  return `${verb}${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
}

/** Returns the names that an operation on a resource takes, by the names of the API. */
export function namesOf({ mesh, owner }: MeshName, id: ResourceId): Record<string, string> {
  const place = PLACES[id.kind];
  return {
    meshName: mesh,
    ...(place.parent === undefined ? {} : { [place.parent.name]: id.parent }),
    ...(id.kind === 'mesh' ? {} : { [place.name]: id.name }),
    ...(owner === '' ? {} : { meshOwner: owner }),
  };
}
