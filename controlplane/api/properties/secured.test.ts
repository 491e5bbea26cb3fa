import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { create, type JsonObject } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { createLog } from '../../../common/log.ts';
import { runs } from '../../../common/testing/short-form.ts';
import { keepNode } from '../../../xds/node.ts';
import type { XdsServer } from '../../../xds/server.ts';
import type { Snapshot } from '../../../xds/types.ts';
import { NO_INSTANCES, withInstances, withModeChange, type InstancesOf } from '../../ads/instances.ts';
import { proxyPath } from '../../ads/identity.ts';
import { createProxyConfigs } from '../../ads/proxy-configs.ts';
import { NOTHING_TO_DISCOVER } from '../../discovery/testing/no-discovery.ts';
import { anyPolicies } from '../../mesh/access/testing/any-access.ts';
import { withAccess } from '../../mesh/access/with-access.ts';
import { Dependents } from '../../mesh/dependents.ts';
import { Model } from '../../mesh/model.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';
import type { Change } from '../../mesh/resource.ts';
import {
  FIXTURE_OWNER,
  modelFromInputs,
  put,
  resourceFromInput,
  type Written,
} from '../../mesh/testing/resources.ts';
import { viewOf } from '../../mesh/view.ts';
import type { ExternalInputs } from '../../translate/external-inputs.ts';
import type { Features } from '../../translate/features.ts';
import { DEFAULT_SETTINGS } from '../../translate/options.ts';
import { translate } from '../../translate/translate.ts';
import { twoFeatures } from './testing/two-features.ts';

// Changes of modes, access policies and instances of a mesh with an authority, through the control plane's own caches: two proxies of each
// resource have different random features, and each must have the same configuration as from a translation from scratch.

const RUNS = runs(60);
const meshName = 'm';
const SETTINGS = { ...DEFAULT_SETTINGS, trustDomain: 'apps.example' };
const log = createLog('test', 'silent');

const RESOURCES: readonly ProxyId[] = (
  [
    ['virtualNode', 'a'],
    ['virtualNode', 'b'],
    ['virtualGateway', 'door'],
  ] as const
).map(([kind, name]) => ({ kind, name, owner: FIXTURE_OWNER, mesh: meshName, parent: '' }));

/** Both addresses of the host name are those of instances. */
const FOUND: ExternalInputs = {
  ...NOTHING_TO_DISCOVER.peek,
  addresses: () => ({ current: ['10.0.0.1'], former: [] }),
  instances: () =>
    ['10.0.0.1', '10.0.0.2'].map((ipv4) => ({ id: ipv4, ipv4, healthy: true, attributes: {} })),
};
const discovery = { ...NOTHING_TO_DISCOVER, ask: () => ({ found: FOUND, end: () => false }), peek: FOUND };

const mode = fc.constantFrom('OFF', 'PERMISSIVE', 'STRICT', undefined);
const authorization = fc.constantFrom('OFF', 'AUDIT', 'ENFORCE', undefined);
const nodeName = fc.constantFrom('a', 'b');
const protocol = fc.constantFrom('http', 'http2', 'grpc', 'tcp');

function nodeOf(name: string, protocols: readonly string[], isDns: boolean): Written {
  const listeners = protocols.map((each, at) => ({ portMapping: { port: 80 + at, protocol: each } }));
  const serviceDiscovery = isDns
    ? { dns: { hostname: `${name}.local` } }
    : { awsCloudMap: { namespaceName: 'n', serviceName: name } };
  const backends = ['a', 'b'].map((each) => ({ virtualService: { virtualServiceName: `${each}.local` } }));
  return { meshName, virtualNodeName: name, spec: { listeners, serviceDiscovery, backends } };
}

const node = fc
  .tuple(nodeName, fc.array(protocol, { minLength: 1, maxLength: 2 }), fc.boolean())
  .map(([name, protocols, isDns]) => nodeOf(name, protocols, isDns));

const resource: fc.Arbitrary<Written> = fc.oneof(
  node,
  fc
    .record({ mtls: mode, authorization })
    .map((spec) => ({ meshName, meshIdentityName: 'default', spec: defined(spec) })),
  fc.tuple(nodeName, fc.record({ mtls: mode, authorization })).map(([name, spec]) => ({
    meshName,
    nodeIdentityName: name,
    spec: { proxy: { virtualNode: { virtualNodeName: name } }, principals: [], ...defined(spec) },
  })),
  fc.tuple(anyPolicies, fc.constantFrom('p', 'q'), fc.option(nodeName)).map(([[policy], name, target]) => ({
    meshName,
    accessPolicyName: name,
    spec: { ...policy, ...(target && { target: { virtualNode: { virtualNodeName: target } } }) },
  })),
);

type Step =
  | { readonly kind: 'write'; readonly input: Written; readonly deleted: boolean }
  | { readonly kind: 'instances'; readonly name: string; readonly ports: readonly number[] }
  | { readonly kind: 'changing'; readonly name: string; readonly from: 'STRICT' | 'PERMISSIVE' | undefined };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('write' as const), input: resource, deleted: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('instances' as const),
      name: nodeName,
      ports: fc.constantFrom<readonly number[]>([], [80], [80, 81]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('changing' as const),
      name: nodeName,
      from: fc.constantFrom('STRICT' as const, 'PERMISSIVE' as const, undefined),
    }),
  },
);

const BEGINNING: readonly Written[] = [
  { meshName, spec: {} },
  nodeOf('a', ['http'], true),
  nodeOf('b', ['tcp', 'grpc'], true),
  ...['a', 'b'].map((name) => ({
    meshName,
    virtualServiceName: `${name}.local`,
    spec: { provider: { virtualNode: { virtualNodeName: name } } },
  })),
  {
    meshName,
    virtualGatewayName: 'door',
    spec: { listeners: [{ portMapping: { port: 8080, protocol: 'http' } }] },
  },
  {
    meshName,
    virtualGatewayName: 'door',
    gatewayRouteName: 'g',
    spec: {
      httpRoute: {
        match: { prefix: '/' },
        action: { target: { virtualService: { virtualServiceName: 'a.local' } } },
      },
    },
  },
];

it('gives the same as a translation from scratch, for modes, access policies, instances and changes of modes', {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      twoFeatures,
      fc.boolean(),
      mode,
      async (steps, made, all, mtls) => {
        // Without a certificate, most features have no effect here, and without a mode, most steps.
        const features = all ? made.map((each) => ({ ...each, mtls: true, ecds: true })) : made;
        await play([modeOfMesh(mtls), ...steps], features);
      },
    ),
    { numRuns: RUNS },
  );
});

function modeOfMesh(mtls: string | undefined): Step {
  const input = { meshName, meshIdentityName: 'default', spec: defined({ mtls }) };
  return { kind: 'write', input, deleted: false };
}

async function play(steps: readonly Step[], features: readonly Features[]): Promise<void> {
  const model = new Model();
  const snapshots = new Map<string, Snapshot>();
  const ports = new Map<string, readonly number[]>();
  const changing = new Map<string, 'STRICT' | 'PERMISSIVE'>();
  const instances: InstancesOf = {
    ...NO_INSTANCES,
    mutual: ({ name }) => {
      const taken = ports.get(name) ?? [];
      return taken.length === 0 ? [] : [{ from: '10.0.0.1', addresses: ['10.0.0.1'], ports: taken }];
    },
    changing: ({ name }) => {
      const from = changing.get(name);
      return from && { from, to: 'OFF' };
    },
  };
  const server: Pick<XdsServer, 'set' | 'delete'> = {
    set: (key, snapshot) => void snapshots.set(key, snapshot),
    delete: () => undefined,
  };
  const configs = createProxyConfigs(model, discovery, () => server as XdsServer, log, SETTINGS, instances);
  let revision = 0;
  const serve = (change: Change): void => {
    model.apply([change]);
    configs.apply([change]);
  };
  for (const input of BEGINNING) serve(put(resourceFromInput(input, ++revision), revision));
  const proxies = RESOURCES.flatMap((id) =>
    features.map((each) => {
      const metadata = { daybreak: JSON.parse(JSON.stringify(each)) as JsonObject };
      const key = configs.keyOf(keepNode(create(NodeSchema, { id: proxyPath(id), metadata })), true);
      return { id, key };
    }),
  );
  for (const each of steps) {
    if (each.kind === 'write') serve(edit(each.input, each.deleted, ++revision));
    else {
      if (each.kind === 'instances') ports.set(each.name, each.ports);
      else if (each.from === undefined) changing.delete(each.name);
      else changing.set(each.name, each.from);
      configs.refresh({
        kind: 'virtualNode',
        owner: FIXTURE_OWNER,
        mesh: meshName,
        parent: '',
        name: each.name,
      });
    }
    for (const { id, key } of proxies) {
      const { features: own } = configs.get(key) ?? {};
      if (own === undefined) throw new Error(`${key} has no configuration`);
      const wanted = versions(fromScratch(model, id, own, instances, features));
      await until(() => versions(snapshots.get(key)), wanted);
    }
  }
}

/** How long a configuration may take, in milliseconds: only the first failure waits that long, since fast-check tries many smaller cases after it. */
let patience = 60_000;

async function until(made: () => unknown, wanted: unknown): Promise<void> {
  const end = performance.now() + patience;
  while (!isDeepStrictEqual(made(), wanted) && performance.now() < end) await delay(2);
  if (!isDeepStrictEqual(made(), wanted)) patience = 500;
  expect(made()).toEqual(wanted);
}

function edit(input: Written, deleted: boolean, revision: number): Change {
  const change = put(resourceFromInput(input, revision), revision);
  const isExtra = ['meshIdentity', 'nodeIdentity', 'accessPolicy'].includes(change.id.kind);
  return deleted && isExtra ? { ...change, resource: undefined } : change;
}

/** From a new model, so that no cache of another translation applies. */
function fromScratch(
  model: Model,
  id: ProxyId,
  own: Features,
  instances: InstancesOf,
  connected: readonly Features[],
): Snapshot | undefined {
  const fresh = modelFromInputs([]);
  fresh.apply(structuredClone(Array.from(model.resources())).map((each) => put(each, model.revision)));
  const dependents = new Dependents();
  dependents.apply(Array.from(fresh.resources(), (each) => put(each, fresh.revision)));
  const view = viewOf(fresh, id);
  if (view === undefined) return undefined;
  const { trustDomain } = SETTINGS;
  const changed = withModeChange(view, id, instances);
  const hasOthers = () => connected.some(({ mtls }) => !mtls);
  return translate(
    withAccess(changed, id, { model: fresh, dependents, trustDomain }),
    { ...own, ...SETTINGS },
    withInstances(FOUND, id, instances, hasOthers),
  ).snapshot;
}

function versions(snapshot: Snapshot | undefined): Readonly<Record<string, string>> {
  const all = [...(snapshot ?? [])].flatMap(([type, { resources }]) =>
    [...resources].map(([name, { version }]): [string, string] => [`${type} ${name}`, version]),
  );
  return Object.fromEntries(all);
}

function defined(spec: object): object {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}
