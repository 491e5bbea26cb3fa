import { OWNER, REGION } from '../../controlplane/auth/testing/signed-requests.ts';

/** One call: an operation by its name in the API model, and its input. */
export type Step = { readonly operation: string; readonly input: Readonly<Record<string, unknown>> };

const listeners = [{ portMapping: { port: 9080, protocol: 'http' } }];
const route = (weight: number) => ({
  httpRoute: { match: { prefix: '/' }, action: { weightedTargets: [{ virtualNode: 'white', weight }] } },
});
const gatewayRoute = (prefix: string) => ({
  httpRoute: {
    match: { prefix },
    action: { target: { virtualService: { virtualServiceName: 'a b/tëller+local:80' } } },
  },
});

/** A resource of a story. */
export type Thing = {
  /** The kind as in operation names: `VirtualNode`. */
  readonly kind: string;
  /** Its parents' names and its own, except the name of the story's mesh. */
  readonly names: Readonly<Record<string, string>>;
  /** Two valid specifications. */
  readonly specs: readonly [object, object];
};

/** One resource of each kind, in the order in which they can be created. */
const THINGS: readonly Thing[] = [
  { kind: 'Mesh', names: {}, specs: [{}, { egressFilter: { type: 'ALLOW_ALL' } }] },
  {
    kind: 'VirtualNode',
    names: { virtualNodeName: 'white' },
    specs: [
      { listeners, serviceDiscovery: { dns: { hostname: 'white.local' } } },
      { listeners, serviceDiscovery: { dns: { hostname: 'white.example' } } },
    ],
  },
  {
    kind: 'VirtualRouter',
    names: { virtualRouterName: 'router' },
    specs: [{ listeners }, { listeners: [{ portMapping: { port: 9081, protocol: 'http' } }] }],
  },
  {
    kind: 'Route',
    names: { virtualRouterName: 'router', routeName: 'all' },
    specs: [route(1), route(2)],
  },
  {
    kind: 'VirtualService',
    names: { virtualServiceName: 'a b/tëller+local:80' },
    specs: [
      { provider: { virtualNode: { virtualNodeName: 'white' } } },
      { provider: { virtualRouter: { virtualRouterName: 'router' } } },
    ],
  },
  {
    kind: 'VirtualGateway',
    names: { virtualGatewayName: 'door' },
    specs: [{ listeners }, { listeners: [{ portMapping: { port: 8000, protocol: 'http' } }] }],
  },
  {
    kind: 'GatewayRoute',
    names: { virtualGatewayName: 'door', gatewayRouteName: 'in' },
    specs: [gatewayRoute('/'), gatewayRoute('/a')],
  },
];

/** Returns the parents' names only: the input of a list of the kind. */
function within({ names }: Thing): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).slice(0, -1));
}

const step = (operation: string, input: object): Step => ({ operation, input: { ...input } });
const named = (meshName: string, { names }: Thing): object => ({ meshName, ...names });

/** Creates all resources in a mesh, parents first. Default: one of each kind. */
export const creates = (meshName: string, things = THINGS): readonly Step[] =>
  things.map((thing) =>
    step(`Create${thing.kind}`, {
      ...named(meshName, thing),
      spec: thing.specs[0],
      tags: [{ key: 'team', value: 'red' }],
    }),
  );

/** Reads all resources, one by one. */
export const describes = (meshName: string, things = THINGS): readonly Step[] =>
  things.map((thing) => step(`Describe${thing.kind}`, named(meshName, thing)));

/** Reads all resources: one by one, in lists, and their tags. */
export const reads = (meshName: string, things = THINGS): readonly Step[] => [
  ...describes(meshName, things),
  ...once(
    things.map((thing) =>
      thing.kind === 'Mesh'
        ? step('ListMeshes', {})
        : step(`List${thing.kind}s`, { meshName, ...within(thing) }),
    ),
  ),
  step('ListTagsForResource', { resourceArn: arnOf(meshName) }),
];

const TAGS = [
  { key: 'team', value: 'blue' },
  { key: 'nothing', value: '' },
];

/** Updates all resources, and the tags of the mesh. */
export const updates = (meshName: string, which: 0 | 1 = 1, things = THINGS): readonly Step[] => [
  ...things.map((thing) =>
    step(`Update${thing.kind}`, { ...named(meshName, thing), spec: thing.specs[which] }),
  ),
  step('TagResource', { resourceArn: arnOf(meshName), tags: TAGS }),
  step('UntagResource', { resourceArn: arnOf(meshName), tagKeys: TAGS.map(({ key }) => key) }),
];

/** Children first; a virtual service between its gateway routes and its provider. */
const DELETED = [
  'GatewayRoute',
  'VirtualGateway',
  'VirtualService',
  'Route',
  'VirtualRouter',
  'VirtualNode',
  'Mesh',
];

/** Deletes all resources. */
export const deletes = (meshName: string, things = THINGS): readonly Step[] =>
  DELETED.flatMap((kind) =>
    things
      .filter((thing) => thing.kind === kind)
      .map((thing) => step(`Delete${kind}`, named(meshName, thing))),
  );

/** Creates, reads, updates, reads and deletes all resources. By default every operation of the API, once. */
export const everything = (meshName: string, things = THINGS): readonly Step[] => [
  ...creates(meshName, things),
  ...reads(meshName, things),
  ...updates(meshName, 1, things),
  ...(things === THINGS ? [] : describes(meshName, things)),
  ...deletes(meshName, things),
];

function once(steps: readonly Step[]): readonly Step[] {
  return [...new Map(steps.map((each) => [JSON.stringify(each), each])).values()];
}

function arnOf(meshName: string): string {
  return `arn:aws:appmesh:${REGION}:${OWNER}:mesh/${meshName}`;
}
