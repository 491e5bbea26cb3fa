import { expect, test } from 'vitest';
import { CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, SECRET, type Resource } from '../../../xds/types.ts';
import { FIXTURE_OWNER, put, resourceFromInput, type Written } from '../../mesh/testing/resources.ts';
import { Model } from '../../mesh/model.ts';
import { viewOf } from '../../mesh/view.ts';
import { NO_FEATURES, readFeatures } from '../features.ts';
import { DEFAULT_SETTINGS } from '../options.ts';
import { NO_EXTERNAL_INPUTS } from '../external-inputs.ts';
import { translate, type Translation } from '../translate.ts';

// A change to one virtual service leaves unaffected resources identical: they are neither built nor encoded again.

const ID = { owner: FIXTURE_OWNER, mesh: 'm', parent: '', kind: 'virtualNode', name: 'caller' } as const;

/** Service `web` on port 8080 by http, `api` on 8081 by http, `db` on 5432 by tcp; each leads to the node of its name. */
const PORTS = { web: [8080, 'http'], api: [8081, 'http'], db: [5432, 'tcp'] } as const;
type Service = keyof typeof PORTS;
const SERVICES = Object.keys(PORTS) as readonly Service[];

function node(name: Service, hostname: string = name): Written {
  const [port, protocol] = PORTS[name];
  const spec = { listeners: [{ portMapping: { port, protocol } }], serviceDiscovery: { dns: { hostname } } };
  return { virtualNodeName: name, spec };
}

function route(name: Service, targets: readonly Service[], weight = 1, timeoutSeconds = 15): Written {
  const action = { weightedTargets: targets.map((virtualNode) => ({ virtualNode, weight })) };
  const match = { prefix: '/' };
  const timeout = { perRequest: { unit: 's', value: timeoutSeconds } };
  const spec =
    PORTS[name][1] === 'tcp' ? { tcpRoute: { action } } : { httpRoute: { match, action, timeout } };
  return { routeName: 'all', virtualRouterName: name, spec };
}

function router(name: Service): Written {
  const [port, protocol] = PORTS[name];
  return { virtualRouterName: name, spec: { listeners: [{ portMapping: { port, protocol } }] } };
}

const MESH: readonly Written[] = [
  { spec: {} },
  {
    virtualNodeName: 'caller',
    spec: { backends: SERVICES.map((name) => ({ virtualService: { virtualServiceName: name } })) },
  },
  ...SERVICES.flatMap((name) => [
    node(name),
    router(name),
    route(name, [name]),
    { virtualServiceName: name, spec: { provider: { virtualRouter: { virtualRouterName: name } } } },
  ]),
];

const BY_NAME = readFeatures({ ecds: true });

/** Returns the caller's configuration before and after each change. */
function course(changes: readonly Written[], features = NO_FEATURES): readonly Translation[] {
  const model = new Model();
  const apply = (written: Written): void => {
    const revision = model.revision + 1;
    model.apply([put(resourceFromInput({ meshName: 'm', ...written }, revision), revision)]);
  };
  const caller = (): Translation => {
    const view = viewOf(model, ID);
    if (view === undefined) throw new Error('there is no view');
    return translate(view, { ...features, ...DEFAULT_SETTINGS }, NO_EXTERNAL_INPUTS);
  };
  for (const written of MESH) apply(written);
  return [
    caller(),
    ...changes.map((change) => {
      apply(change);
      return caller();
    }),
  ];
}

function resources(translation: Translation | undefined): readonly Resource[] {
  return [...(translation?.snapshot.values() ?? [])].flatMap((type) => [...type.resources.values()]);
}

test.each([
  ['the weight of a route', route('web', ['web'], 2), ['rds_egress_http_8080']],
  ['the timeout of a route', route('api', ['api'], 1, 3), ['rds_egress_http_8081']],
  ['another target', route('web', ['web', 'api']), ['rds_egress_http_8080']],
  ['the weight of a TCP route', route('db', ['db'], 2), ['lds_egress_0.0.0.0_15001']],
  ['where a target is found', node('web', 'away'), ['cds_egress_m_web_http_8080', 'rds_egress_http_8080']],
  ['what the caller does not see', { virtualNodeName: 'other', spec: {} }, []],
])('%s rebuilds these resources and no others', (_, change, expected) => {
  const [before, after] = course([change]);
  const old = new Set(resources(before));
  const fresh = resources(after).filter((each) => !old.has(each));
  expect(fresh.map(({ name }) => name)).toEqual(expected);
});

test.each([
  ['the weight of a route', [route('db', ['web']), route('db', ['web'], 2)]],
  ['no weight at all', [route('db', ['web']), route('db', ['web'], 0)]],
])('of a TCP route with a discovered filter, %s rebuilds only that filter', (_, changes) => {
  const [, before, after] = course(changes, BY_NAME);
  const old = new Set(resources(before));
  const fresh = resources(after).filter((each) => !old.has(each));
  expect(fresh.map(({ name }) => name)).toEqual(['egress_tcp_5432_db']);
  expect(after?.snapshot.get(EXTENSION_CONFIG)?.resources.size).toBe(1);
});

test.each([
  ['http', route('web', ['web'], 2)],
  ['tcp', route('db', ['db'], 2)],
] as const)('unchanged lists stay identical: %s', (_, change) => {
  const [before, after] = course([change], BY_NAME);
  for (const type of [CLUSTER, ENDPOINTS, LISTENER, SECRET]) {
    expect(after?.snapshot.get(type)).toBe(before?.snapshot.get(type));
  }
});

test('problems of a service are reported after each change, until they are solved', () => {
  const [before, ...after] = course([
    route('web', ['web'], 0),
    route('api', ['api'], 2),
    route('web', ['web'], 1),
  ]);
  const problem = {
    where: 'virtualRouter/web/route/all',
    what: 'no target has a weight above 0: the answer is 503',
  };
  expect(before?.problems).toEqual([]);
  expect(after.map(({ problems }) => problems)).toEqual([[problem], [problem], []]);
});

test('a route that leads to another listener of the same node gives the caller that listener’s cluster', () => {
  const listeners = [8080, 9090].map((port) => ({ portMapping: { port, protocol: 'http' } }));
  const spec = { listeners, serviceDiscovery: { dns: { hostname: 'web' } } };
  const to = (port: number): Written => ({
    routeName: 'all',
    virtualRouterName: 'web',
    spec: {
      httpRoute: {
        match: { prefix: '/' },
        action: { weightedTargets: [{ virtualNode: 'web', weight: 1, port }] },
      },
    },
  });
  const after = course([{ virtualNodeName: 'web', spec }, to(8080), to(9090)]).slice(2);
  const clusters = after.map(({ snapshot }) =>
    [...(snapshot.get(CLUSTER)?.resources.keys() ?? [])].filter((name) => name.includes('_web_')),
  );
  expect(clusters).toEqual([['cds_egress_m_web_http_8080'], ['cds_egress_m_web_http_9090']]);
});
