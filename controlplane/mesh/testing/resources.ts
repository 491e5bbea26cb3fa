import { Model } from '../model.ts';
import type { Change, Kind, Resource } from '../resource.ts';

/** A resource as written for the API: its names and its specification. */
export type Written = { readonly [member: string]: unknown };

/** The account that owns the meshes of fixtures. */
export const FIXTURE_OWNER = '000000000000';

const NAMES = [
  ['routeName', 'route', 'virtualRouterName'],
  ['gatewayRouteName', 'gatewayRoute', 'virtualGatewayName'],
  ['virtualNodeName', 'virtualNode', undefined],
  ['virtualServiceName', 'virtualService', undefined],
  ['virtualRouterName', 'virtualRouter', undefined],
  ['virtualGatewayName', 'virtualGateway', undefined],
  ['meshIdentityName', 'meshIdentity', undefined],
  ['nodeIdentityName', 'nodeIdentity', undefined],
  ['accessPolicyName', 'accessPolicy', undefined],
  ['meshName', 'mesh', undefined],
] as const satisfies readonly (readonly [string, Kind, string | undefined])[];

/**
 * Returns the resource that a Create call with this input makes; for tests and tools that read models from files.
 * @throws Error if the input names no resource
 */
export function resourceFromInput(written: Written, revision = 1): Resource {
  const found = NAMES.find(([member]) => written[member] !== undefined);
  if (found === undefined) throw new Error(`no resource is named by ${JSON.stringify(written)}`);
  const [member, kind, parent] = found;
  return {
    kind,
    owner: FIXTURE_OWNER,
    mesh: textOf(written['meshName']),
    parent: parent === undefined ? '' : textOf(written[parent]),
    name: textOf(written[member]),
    spec: written['spec'] ?? {},
    uid: '',
    version: revision,
    createdAt: 0,
    lastUpdatedAt: 0,
    resourceOwner: FIXTURE_OWNER,
    tags: [],
  };
}

/** Returns a model that holds these resources. */
export function modelFromInputs(inputs: readonly Written[]): Model {
  const model = new Model();
  model.apply(inputs.map((written, index) => put(resourceFromInput(written, index + 1), index + 1)));
  return model;
}

/** Returns the change that puts a resource in place. */
export function put(resource: Resource, revision: number): Change {
  const { kind, owner, mesh, parent, name } = resource;
  return { revision, id: { kind, owner, mesh, parent, name }, resource };
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`a name is missing: got ${JSON.stringify(value)}`);
  return value;
}
