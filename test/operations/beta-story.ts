import type { Step } from './story.ts';

const listeners = [{ portMapping: { port: 9080, protocol: 'http' } }];
const route = (weight: number) => ({
  httpRoute: { match: { prefix: '/' }, action: { weightedTargets: [{ virtualNode: 'white', weight }] } },
});

type Thing = {
  readonly kind: string;
  readonly names: Readonly<Record<string, string>>;
  /** Two valid, different specifications; a mesh has none. */
  readonly specs?: readonly [object, object];
};

const THINGS: readonly Thing[] = [
  { kind: 'Mesh', names: {} },
  {
    kind: 'VirtualNode',
    names: { virtualNodeName: 'white' },
    specs: [
      { listeners, serviceDiscovery: { dns: { serviceName: 'white.local' } }, backends: ['teller.local'] },
      { listeners, serviceDiscovery: { dns: { serviceName: 'white.example' } } },
    ],
  },
  {
    kind: 'VirtualRouter',
    names: { virtualRouterName: 'router' },
    specs: [{ serviceNames: ['teller.local'] }, { serviceNames: ['other.local', 'teller.local'] }],
  },
  { kind: 'Route', names: { virtualRouterName: 'router', routeName: 'all' }, specs: [route(1), route(2)] },
];

/** Calls every operation of the beta API, once: creates one resource of each kind in a mesh, reads, lists, updates and deletes all of them. */
export function betaStory(meshName: string): readonly Step[] {
  const step = (verb: string, { kind, names }: Thing, more: object = {}): Step => ({
    operation: `${verb}${kind}`,
    input: { meshName, ...names, ...more },
  });
  const changeable = THINGS.filter(({ specs }) => specs !== undefined);
  return [
    ...THINGS.map((thing) => step('Create', thing, thing.specs && { spec: thing.specs[0] })),
    ...THINGS.map((thing) => step('Describe', thing)),
    ...THINGS.map(({ kind, names }) => ({
      operation: kind === 'Mesh' ? 'ListMeshes' : `List${kind}s`,
      input: kind === 'Mesh' ? {} : { meshName, ...Object.fromEntries(Object.entries(names).slice(0, -1)) },
    })),
    ...changeable.map((thing) => step('Update', thing, thing.specs && { spec: thing.specs[1] })),
    ...THINGS.toReversed().map((thing) => step('Delete', thing)),
  ];
}
