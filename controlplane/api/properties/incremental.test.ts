import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDeltaClient, type DeltaClient } from '../../../xds/client/client.ts';
import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  SECRET,
  type Snapshot,
} from '../../../xds/types.ts';
import { create, type JsonObject } from '@bufbuild/protobuf';
import { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { createLog } from '../../../common/log.ts';
import { keepNode } from '../../../xds/node.ts';
import type { XdsServer } from '../../../xds/server.ts';
import { listenForTest } from '../../../xds/testing/server.ts';
import { proxyPath } from '../../ads/identity.ts';
import { createProxyConfigs } from '../../ads/proxy-configs.ts';
import { NOTHING_TO_DISCOVER } from '../../discovery/testing/no-discovery.ts';
import {
  FIXTURE_OWNER,
  modelFromInputs,
  put,
  resourceFromInput,
  type Written,
} from '../../mesh/testing/resources.ts';
import { Model } from '../../mesh/model.ts';
import type { Change, Kind } from '../../mesh/resource.ts';
import { viewOf } from '../../mesh/view.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';
import type { Features } from '../../translate/features.ts';
import { DEFAULT_SETTINGS } from '../../translate/options.ts';
import { translate } from '../../translate/translate.ts';
import { GATEWAY_PORT, NAMED } from './testing/named.ts';
import { twoFeatures } from './testing/two-features.ts';
import { validSpec } from './testing/valid-spec.ts';
import { runs } from '../../../common/testing/short-form.ts';

// Applies a series of changes to a mesh through the control plane's own caches, which translate only the affected proxies
// again. Two proxies of each resource have different random features. Each proxy must have the same configuration as from a
// translation from scratch, and a proxy without changes must get no update.

const RUNS = runs(20);

const BY_NAME = [ROUTES, ENDPOINTS, EXTENSION_CONFIG, SECRET];

const RESOURCES: readonly ProxyId[] = (
  [
    ['virtualNode', 'blue'],
    ['virtualNode', 'red'],
    ['virtualGateway', 'door'],
  ] as const
).map(([kind, name]) => ({ kind, name, owner: FIXTURE_OWNER, mesh: 'm', parent: '' }));

/** One of the two proxies of a resource. */
type Proxy = { readonly id: ProxyId; readonly which: 0 | 1 };
const PROXIES: readonly Proxy[] = RESOURCES.flatMap((id) => [
  { id, which: 0 },
  { id, which: 1 },
]);

const [virtualRouterName] = NAMED.routers;
const [virtualServiceName] = NAMED.services;
const backends = [{ virtualService: { virtualServiceName } }];
const provider = { virtualRouter: { virtualRouterName } };
const toBlue = { weightedTargets: [{ virtualNode: 'blue', weight: 1 }] };

/** A resource of a kind with these names and any valid specification. */
function written(kind: Kind, names: Readonly<Record<string, string>>): fc.Arbitrary<Written> {
  return validSpec(kind).map((spec) => ({ meshName: 'm', ...names, spec: connected(kind, spec as object) }));
}

/**
 * Makes changes reach a proxy: each node calls the service, each service has a provider, and each gateway has the port that
 * gateway routes may name.
 */
function connected(kind: Kind, spec: object): object {
  if (kind === 'virtualNode') return { ...spec, backends };
  if (kind === 'virtualService') return { provider, ...spec };
  if (kind !== 'virtualGateway') return spec;
  return { ...spec, listeners: [{ portMapping: { port: GATEWAY_PORT, protocol: 'http' } }] };
}

const resource: fc.Arbitrary<Written> = fc.oneof(
  written('mesh', {}),
  ...NAMED.nodes.map((virtualNodeName) => written('virtualNode', { virtualNodeName })),
  written('virtualRouter', { virtualRouterName }),
  written('route', { virtualRouterName, routeName: 'a' }),
  written('route', { virtualRouterName, routeName: 'b' }),
  written('virtualService', { virtualServiceName }),
  written('virtualGateway', { virtualGatewayName: 'door' }),
  written('gatewayRoute', { virtualGatewayName: 'door', gatewayRouteName: 'g' }),
);
const edits = fc.array(
  fc.record({ input: resource, deleted: fc.boolean(), tagged: fc.constantFrom(false, false, true) }),
  { minLength: 1, maxLength: 15 },
);

const beginning: readonly Written[] = [
  { meshName: 'm' },
  { meshName: 'm', virtualNodeName: 'blue', spec: { backends } },
  { meshName: 'm', virtualNodeName: 'red', spec: { backends } },
  { meshName: 'm', virtualGatewayName: 'door', spec: { listeners: [] } },
  {
    meshName: 'm',
    virtualRouterName,
    spec: { listeners: [{ portMapping: { port: 80, protocol: 'http' } }] },
  },
  { meshName: 'm', virtualRouterName, routeName: 'a', spec: { tcpRoute: { action: toBlue } } },
  { meshName: 'm', virtualServiceName, spec: { provider } },
];

const log = createLog('test', 'silent');
let ads: Awaited<ReturnType<typeof listenForTest>>;
const clients = new Map<string, DeltaClient>();
const updates = new Map<string, number>();

beforeAll(async () => {
  ads = await listenForTest();
  for (const key of PROXIES.map(keyOf)) {
    const client = createDeltaClient({
      upstreams: [{ address: { host: '127.0.0.1', port: ads.port } }],
      node: () => ({ id: key, cluster: key, userAgentName: 'envoy' }),
      versions: () => new Map(),
      onUpdate(update) {
        updates.set(key, (updates.get(key) ?? 0) + 1);
        client.answer(update);
      },
      onState: () => undefined,
    });
    for (const type of [CLUSTER, LISTENER]) client.subscribe(type, new Set(['*']));
    clients.set(key, client);
  }
});
afterAll(() => {
  for (const client of clients.values()) client.close();
  ads.stop();
});

it('gives the same as a translation from scratch, and sends no update without a change', {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(edits, twoFeatures, async (list, features) => {
      const model = new Model();
      const proxiesOf = new Map<string, string[]>();
      const server: Pick<XdsServer, 'set' | 'delete'> = {
        set: (key, snapshot) => {
          for (const proxy of proxiesOf.get(key) ?? []) ads.xds.set(proxy, snapshot);
        },
        delete: () => undefined,
      };
      const configs = createProxyConfigs(model, NOTHING_TO_DISCOVER, () => server as XdsServer, log);
      for (const { id, which } of PROXIES) {
        const node = create(NodeSchema, {
          id: proxyPath(id),
          metadata: { daybreak: reported(features[which]) },
        });
        const key = configs.keyOf(keepNode(node), false);
        proxiesOf.set(key, [...(proxiesOf.get(key) ?? []), keyOf({ id, which })]);
      }
      let revision = 0;
      for (const input of beginning) serve([put(resourceFromInput(input, ++revision), revision)]);
      await settled();
      for (const { input, deleted, tagged } of list) {
        const before = new Map(PROXIES.map(keyOf).map((key) => [key, versions(ads.xds.get(key))] as const));
        const counted = new Map(updates);
        serve([edit(model, input, ++revision, { deleted, tagged })]);
        await settled();
        for (const proxy of PROXIES) {
          const key = keyOf(proxy);
          const after = versions(ads.xds.get(key));
          expect(after).toEqual(versions(fromScratch(model, proxy.id, features[proxy.which])));
          if (JSON.stringify(after) === JSON.stringify(before.get(key)))
            expect(updates.get(key)).toBe(counted.get(key));
        }
      }

      function serve(changes: readonly Change[]): void {
        model.apply(changes);
        configs.apply(changes);
      }
    }),
    { numRuns: RUNS },
  );
});

/** Features as an agent sends them: undefined ones are absent. */
function reported(features: Features): JsonObject {
  return JSON.parse(JSON.stringify(features)) as JsonObject;
}

function keyOf({ id: { kind, name }, which }: Proxy): string {
  return `${kind}/${name} ${which}`;
}

/** The expected configuration of a proxy, from a new model, so that no cache of another translation applies. */
function fromScratch(model: Model, id: ProxyId, features: Features): Snapshot | undefined {
  const inputs = Array.from(model.resources(), ({ kind, name, parent, spec }) =>
    inputOf(kind, name, parent, spec),
  );
  const view = viewOf(modelFromInputs(inputs), id);
  return view && translate(view, { ...features, ...DEFAULT_SETTINGS }, NOTHING_TO_DISCOVER.peek).snapshot;
}

/** Never deletes the mesh or the proxies' resources, because the test compares their configuration. */
function edit(
  model: Model,
  input: Written,
  revision: number,
  { deleted, tagged }: { readonly deleted: boolean; readonly tagged: boolean },
): Change {
  const made = resourceFromInput(input, revision);
  const same = tagged ? model.get(made) : undefined;
  if (same !== undefined)
    return put({ ...same, version: revision, tags: [{ key: 'k', value: 'v' }] }, revision);
  const stays =
    made.kind === 'mesh' || RESOURCES.some(({ kind, name }) => kind === made.kind && name === made.name);
  const change = put(made, revision);
  return deleted && !stays ? { ...change, resource: undefined } : change;
}

function inputOf(kind: Kind, name: string, parent: string, spec: unknown): Written {
  const within = { route: 'virtualRouterName', gatewayRoute: 'virtualGatewayName' } as Partial<
    Record<Kind, string>
  >;
  const above = within[kind];
  const names = { meshName: 'm', [`${kind}Name`]: name, ...(above === undefined ? {} : { [above]: parent }) };
  return structuredClone({ ...names, spec });
}

/** The version of each resource by type and name; a resource whose content is not known yet has the version 'unknown'. */
function versions(snapshot: Snapshot | undefined): Readonly<Record<string, string>> {
  const all = [...(snapshot ?? [])].flatMap(([type, { resources, unknown = new Map() }]) => [
    ...[...resources].map(([name, { version }]): [string, string] => [`${type} ${name}`, version]),
    ...[...unknown].map(([name]): [string, string] => [`${type} ${name}`, 'unknown']),
  ]);
  return Object.fromEntries(all);
}

/** Waits until every client has subscribed to all resources of its snapshot, and has acknowledged every response. */
async function settled(): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    for (const [key, client] of clients)
      for (const type of BY_NAME)
        client.subscribe(type, new Set(ads.xds.get(key)?.get(type)?.resources.keys() ?? []));
    await turn();
    const streams = ads.xds.streams();
    const quiet = streams.every(({ types }) =>
      types.every((type) => type.settled !== 'pending' && type.outstanding === undefined),
    );
    const asked = streams.every(({ key, types }) => asksForAll(key, types));
    if (streams.length === PROXIES.length && quiet && asked) return;
    if (Date.now() > end) throw new Error(`not settled: ${JSON.stringify(streams)}`);
  }
}

/** Whether the server has sent each resource that the client subscribed to by name. */
function asksForAll(
  key: string,
  types: readonly { readonly typeUrl: string; readonly resources: number }[],
): boolean {
  return BY_NAME.every((type) => {
    const wanted = ads.xds.get(key)?.get(type)?.resources.size ?? 0;
    const has = types.find(({ typeUrl }) => typeUrl === type)?.resources ?? 0;
    return has >= wanted;
  });
}
