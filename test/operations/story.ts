import { OWNER, REGION } from '../../controlplane/auth/testing.ts';

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

type Thing = {
  readonly kind: string;
  readonly names: Readonly<Record<string, string>>;
  /** Two specifications that are right, and differ. */
  readonly specs: readonly [object, object];
};

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

/** The parents' names alone: what a list of the kind takes. */
function within({ names }: Thing): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).slice(0, -1));
}

const step = (operation: string, input: object): Step => ({ operation, input: { ...input } });
const named = (meshName: string, { kind, names }: Thing): object => ({
  meshName,
  ...names,
  ...(kind === 'Mesh' ? {} : {}),
});

/** Makes one of each kind in a mesh, parents first. */
export const creates = (meshName: string): readonly Step[] =>
  THINGS.map((thing) =>
    step(`Create${thing.kind}`, {
      ...named(meshName, thing),
      spec: thing.specs[0],
      tags: [{ key: 'team', value: 'red' }],
    }),
  );

/** Reads all of it: one by one, in lists, and its tags. */
export const reads = (meshName: string): readonly Step[] => [
  ...THINGS.map((thing) => step(`Describe${thing.kind}`, named(meshName, thing))),
  ...THINGS.map((thing) =>
    thing.kind === 'Mesh'
      ? step('ListMeshes', {})
      : step(`List${thing.kind}s`, { meshName, ...within(thing) }),
  ),
  step('ListTagsForResource', { resourceArn: arnOf(meshName) }),
];

/** Changes all of it, its tags too. */
export const updates = (meshName: string, which: 0 | 1 = 1): readonly Step[] => [
  ...THINGS.map((thing) =>
    step(`Update${thing.kind}`, { ...named(meshName, thing), spec: thing.specs[which] }),
  ),
  step('TagResource', { resourceArn: arnOf(meshName), tags: [{ key: 'team', value: 'blue' }] }),
  step('UntagResource', { resourceArn: arnOf(meshName), tagKeys: ['team'] }),
];

/** Deletes all of it, children first; the virtual service between its gateway route and its provider. */
export const deletes = (meshName: string): readonly Step[] =>
  ['GatewayRoute', 'VirtualGateway', 'VirtualService', 'Route', 'VirtualRouter', 'VirtualNode', 'Mesh'].map(
    (kind) => {
      const thing = THINGS.find((candidate) => candidate.kind === kind);
      if (thing === undefined) throw new Error(`no thing of kind ${kind}`);
      return step(`Delete${kind}`, named(meshName, thing));
    },
  );

/** Every operation of the API, once. */
export const everything = (meshName: string): readonly Step[] => [
  ...creates(meshName),
  ...reads(meshName),
  ...updates(meshName),
  ...deletes(meshName),
];

function arnOf(meshName: string): string {
  return `arn:aws:appmesh:${REGION}:${OWNER}:mesh/${meshName}`;
}
