import type {
  Backend,
  ClientPolicy,
  GatewayRouteSpec,
  RouteSpec,
  VirtualGatewaySpec,
  VirtualNodeSpec,
  VirtualRouterSpec,
  VirtualServiceSpec,
} from '../../controlplane/model/types.ts';

/** The kinds of resources that the console knows, in the order in which it lists them. */
export const KINDS = [
  'mesh',
  'virtualGateway',
  'gatewayRoute',
  'virtualService',
  'virtualRouter',
  'route',
  'virtualNode',
  'meshIdentity',
  'nodeIdentity',
  'accessPolicy',
] as const;

/** One of the kinds. */
export type Kind = (typeof KINDS)[number];

/** The name of a resource within its mesh. `parent`: the router of a route, the gateway of a gateway route, else empty. */
export type ResourceId = { readonly kind: Kind; readonly parent: string; readonly name: string };

/** A resource as the API describes it. */
export type Resource = ResourceId & {
  readonly spec: Readonly<Record<string, unknown>>;
  /** Another resource of the same name has another one. */
  readonly uid: string;
  readonly version: number;
  readonly arn: string;
  readonly updatedAt: string;
};

/** All resources of a mesh. */
export type MeshModel = {
  readonly mesh: string;
  readonly owner: string;
  readonly resources: readonly Resource[];
};

/** The specification of each kind that the console reads further than as JSON. */
export type Specs = {
  virtualNode: VirtualNodeSpec;
  virtualService: VirtualServiceSpec;
  virtualRouter: VirtualRouterSpec;
  route: RouteSpec;
  virtualGateway: VirtualGatewaySpec;
  gatewayRoute: GatewayRouteSpec;
};

/** A resource with the type of its specification. */
export type Typed<K extends keyof Specs> = Omit<Resource, 'spec'> & { readonly spec: Specs[K] };

/** The resources of each kind of a model, sorted: a model of thousands is not sorted again for each page. */
const sorted = new WeakMap<readonly Resource[], ReadonlyMap<Kind, readonly Resource[]>>();

/** Returns the resources of a kind, sorted by name; of one parent if it is given. */
export function ofKind<K extends keyof Specs>(
  { resources }: MeshModel,
  kind: K,
  parent?: string,
): readonly Typed<K>[] {
  const byKind = sorted.get(resources) ?? sortedByKind(resources);
  sorted.set(resources, byKind);
  const all = (byKind.get(kind) ?? []) as unknown as readonly Typed<K>[];
  return parent === undefined ? all : all.filter((resource) => resource.parent === parent);
}

function sortedByKind(resources: readonly Resource[]): ReadonlyMap<Kind, readonly Resource[]> {
  const groups = Map.groupBy(resources, ({ kind }) => kind);
  for (const group of groups.values())
    group.sort((a, b) => compare(a.parent, b.parent) || compare(a.name, b.name));
  return groups;
}

/** Returns a resource by its name, or undefined. */
export function find(model: MeshModel, id: ResourceId): Resource | undefined {
  return model.resources.find((each) => keyOf(each) === keyOf(id));
}

/** Returns the path of a resource within its mesh, as problems name it, e.g. `virtualRouter/R/route/X`. */
export function keyOf({ kind, parent, name }: ResourceId): string {
  if (kind === 'route') return `virtualRouter/${parent}/route/${name}`;
  if (kind === 'gatewayRoute') return `virtualGateway/${parent}/gatewayRoute/${name}`;
  return `${kind}/${name}`;
}

/** Reads the path of a resource within its mesh; undefined if it names no kind that the console knows. */
export function idOf(key: string): ResourceId | undefined {
  const inParent = /^(?:virtualRouter|virtualGateway)\/([^/]+)\/(route|gatewayRoute)\/(.+)$/.exec(key);
  if (inParent !== null)
    return { kind: inParent[2] as Kind, parent: inParent[1] ?? '', name: inParent[3] ?? '' };
  const slash = key.indexOf('/');
  const kind = KINDS.find((each) => each === key.slice(0, slash));
  return kind === undefined ? undefined : { kind, parent: '', name: key.slice(slash + 1) };
}

/** Returns the key of the resource that a place is in: problems name parts of resources, e.g. `virtualNode/N/listener/8080`. */
export function resourceAt(where: string): string {
  const steps = where.split('/');
  const inParent = steps[2] === 'route' || steps[2] === 'gatewayRoute';
  return steps.slice(0, inParent ? 4 : 2).join('/');
}

/** Returns the names of the virtual services that backends name. */
export function backendNames(backends: readonly Backend[] | undefined): string[] {
  return (backends ?? []).flatMap(({ virtualService }) =>
    virtualService === undefined ? [] : [virtualService.virtualServiceName],
  );
}

/** Whether calls under a client policy use TLS. In App Mesh, a policy enforces TLS unless it says otherwise. */
export function enforcesTls(policy: ClientPolicy | undefined): boolean {
  return policy?.tls !== undefined && policy.tls.enforce !== false;
}

/** Compares texts by code points, as the API sorts them. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
