// The cost of translating the model into every proxy's configuration, cold and after one change, without streams.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createLog } from '../common/log.ts';
import { createProxyConfigs, type ProxyConfigs } from '../controlplane/ads/proxy-configs.ts';
import type { Discovery } from '../controlplane/discovery/discovery.ts';
import { Model } from '../controlplane/mesh/model.ts';
import type { Resource } from '../controlplane/mesh/resource.ts';
import { createXdsServer, type XdsServer } from '../xds/server.ts';
import type { Snapshot } from '../xds/types.ts';
import { readRounds, type BenchRow, type RunBench } from './figures/bench.ts';
import { openNoDiscovery } from '../controlplane/discovery/testing/no-discovery.ts';
import { EVERYONES, FEWS, MESH, meshResources, withWeight } from './push/mesh.ts';
import { percentile } from './figures/percentile.ts';

const SIZES = [200, 2000] as const;
const BACKENDS = 10;

/** How often each change is made, unless the argument says otherwise. */
const ROUNDS = 100;

/** A mesh with a configuration for each of its virtual nodes. */
type Made = {
  readonly configs: ProxyConfigs;
  readonly model: Model;
  /** The number of configurations that changed since the last call. */
  readonly changed: () => number;
  readonly coldMs: number;
  readonly megabytes: number;
  readonly bytes: number;
};

/** Measures a mesh of 200 virtual nodes and one of 2,000. */
export const run: RunBench = async ({ args: [wanted = `${ROUNDS}`], say }) => {
  const rounds = readRounds(wanted, 9999);
  const log = createLog('bench', 'silent');
  const discovery = await openNoDiscovery(log);
  try {
    const found = SIZES.map((nodes) => {
      say(`${nodes} virtual nodes`);
      return measure(nodes, discovery, rounds);
    });
    const [small = new Map<string, Figure>(), large = new Map<string, Figure>()] = found;
    const rows = [...large].map(([what, { unit, value }]): BenchRow => {
      return { what, unit, ours: value, peer: small.get(what)?.value };
    });
    return { rows, notes: NOTES };
  } finally {
    await discovery.close();
  }
};

const NOTES = [
  `ours: a mesh of ${SIZES[1]} virtual nodes with ${BACKENDS} backends each; peer: one of ${SIZES[0]}. The ratio of what a proxy costs, and of`,
  'a change that as many proxies see, has to be near 1. Changes: medians, through the index, the view, translation and the snapshot.',
];

type Figure = { readonly unit: string; readonly value: number };

function measure(nodes: number, discovery: Discovery, rounds: number): ReadonlyMap<string, Figure> {
  const made = make(nodes, discovery);
  const figures = new Map<string, Figure>([
    ['from cold, a proxy', { unit: 'µs', value: (made.coldMs * 1000) / (nodes + 1) }],
    ['from cold, all', { unit: 'ms', value: made.coldMs }],
    [
      'memory a proxy, model and index included',
      { unit: 'kB', value: (made.megabytes * 1024) / (nodes + 1) },
    ],
    ['of these, encoded resources', { unit: 'kB', value: made.bytes / 1024 / (nodes + 1) }],
  ]);
  for (const { what, change } of CHANGES) {
    const outcomes = Array.from({ length: rounds }, (_, round) =>
      timeChange(made, change(made.model, round)),
    );
    const proxies = percentile(
      outcomes.map(({ proxies: count }) => count),
      0.5,
    );
    const ms = percentile(
      outcomes.map(({ ms: each }) => each),
      0.5,
    );
    figures.set(`${what}: proxies that see it`, { unit: '', value: proxies });
    figures.set(`${what}: a proxy`, { unit: 'µs', value: (ms * 1000) / Math.max(1, proxies) });
    figures.set(`${what}: all of it`, { unit: 'ms', value: ms });
  }
  return figures;
}

function make(nodes: number, discovery: Discovery): Made {
  const before = heap();
  const model = new Model();
  model.apply(
    meshResources({ nodes, backends: BACKENDS }).map((resource, index) => ({
      revision: index + 1,
      id: resource,
      resource,
    })),
  );
  const server = createXdsServer({ keyOf: () => '' });
  const changed = new Set<string>();
  const counted: XdsServer = {
    ...server,
    set(key, snapshot) {
      const old = server.get(key);
      server.set(key, snapshot);
      if (server.get(key) !== old) changed.add(key);
    },
  };
  const configs = createProxyConfigs(model, discovery, () => counted, createLog('bench', 'silent'));
  const names = Array.from(model.resources()).flatMap(({ kind, name }) =>
    kind === 'virtualNode' ? [name] : [],
  );
  const begin = performance.now();
  const keys = names.map((name) =>
    configs.keyOf(
      {
        id: `mesh/${MESH}/virtualNode/${name}`,
        cluster: '',
        locality: undefined,
        metadata: {},
        version: '',
        features: [],
      },
      false,
    ),
  );
  const coldMs = performance.now() - begin;
  return {
    configs,
    model,
    changed: () => {
      const { size } = changed;
      changed.clear();
      return size;
    },
    coldMs,
    megabytes: (heap() - before) / 2 ** 20,
    bytes: encodedBytes(keys.flatMap((key) => server.get(key) ?? [])),
  };
}

type ChangeCase = { readonly what: string; readonly change: (model: Model, round: number) => Resource };

const CHANGES: readonly ChangeCase[] = [
  { what: 'a route that all see', change: (model, round) => withWeight(model, EVERYONES, round % 50) },
  { what: 'a route that one sees', change: (model, round) => withWeight(model, FEWS, round % 50) },
  {
    what: "a virtual node's host name, which its callers see",
    change: (model, round) => {
      const node = existing(model.get({ ...AT, kind: 'virtualNode', name: 'vn-7' }));
      const dns = { hostname: `round-${round}.bench.local`, responseType: 'ENDPOINTS' } as const;
      return { ...node, spec: { ...node.spec, serviceDiscovery: { dns } } };
    },
  },
  {
    what: "a virtual service's provider",
    change: (model, round) => {
      const service = existing(model.get({ ...AT, kind: 'virtualService', name: 'svc-7.bench.local' }));
      const virtualRouterName = `svc-${round % 2 === 0 ? 8 : 7}.bench.local`;
      return { ...service, spec: { provider: { virtualRouter: { virtualRouterName } } } };
    },
  },
];

const AT = { owner: '000000000000', mesh: MESH, parent: '' };

function existing<T>(resource: T | undefined): T {
  if (resource === undefined) throw new Error('the mesh lacks what is to be changed');
  return resource;
}

function timeChange({ configs, model, changed }: Made, resource: Resource): { ms: number; proxies: number } {
  const change = { revision: model.revision + 1, id: resource, resource };
  changed();
  const begin = performance.now();
  model.apply([change]);
  configs.apply([change]);
  return { ms: performance.now() - begin, proxies: changed() };
}

/** Each resource once, however many proxies share it. */
function encodedBytes(snapshots: readonly Snapshot[]): number {
  const resources = new Set(
    snapshots.flatMap((snapshot) => [...snapshot.values()].flatMap((type) => [...type.resources.values()])),
  );
  return [...resources].reduce((sum, { any }) => sum + any.length, 0);
}

function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
