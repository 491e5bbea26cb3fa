import * as fc from 'fast-check';
import type { HttpRouteMatch } from '../../model/types.ts';
import type { Case } from '../../translate/testing/cases.ts';
import { anyMatch, PATHS } from './any-match.ts';
import { anyRequest, type AnyRequest } from './any-request.ts';
import { fewWords, type Words } from './any-header.ts';
import type { ManagerJson } from './answering.ts';

/** A proxy, extra settings for the connection manager of its entrance, and requests to it. */
export type Scene = {
  readonly mesh: Case;
  readonly settings: ManagerJson;
  readonly requests: readonly AnyRequest[];
};

/** The destination port: of the backends, or of the gateway. */
export const PORT = 9080;

/** Settings that our connection managers have, or may get. */
const SETTINGS: readonly ManagerJson[] = [
  {},
  {},
  {},
  { use_remote_address: false, strip_trailing_host_dot: false, proxy_100_continue: false },
  { use_remote_address: true, xff_num_trusted_hops: 0, preserve_external_request_id: false },
  { use_remote_address: true, skip_xff_append: true, generate_request_id: false },
  { use_remote_address: false, xff_num_trusted_hops: 1, generate_request_id: false },
  { strip_trailing_host_dot: true, strip_matching_host_port: true },
  { strip_any_host_port: true, normalize_path: false, merge_slashes: false },
  { merge_slashes: false, http_protocol_options: { allow_custom_methods: true } },
  {
    normalize_path: false,
    upgrade_configs: [{ upgrade_type: 'foo' }, { upgrade_type: 'websocket', enabled: false }],
  },
];

const REQUESTS = 5;

const HTTP = { portMapping: { port: PORT, protocol: 'http2' } };

const NODE = {
  virtualNodeName: 'target',
  spec: { listeners: [HTTP], serviceDiscovery: { dns: { hostname: 'target.invalid' } } },
};

const SERVICES = ['one.local', 'Two.local', '*.wild.local'];

/** A virtual node with backends, whose routes have conditions of all kinds. */
export const anySidecar: fc.Arbitrary<Scene> = fewWords.chain((words) => {
  const routes = fc.tuple(...SERVICES.map((service) => routesOf(service, words)));
  const app = {
    virtualNodeName: 'app',
    spec: { backends: SERVICES.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })) },
  };
  const hosts = SERVICES.map((service) => service.replace('*', 'any'));
  return fc.record({
    mesh: routes.map(
      (each): Case => ({
        title: '',
        proxy: 'virtualNode/app',
        resources: [{ meshName: 'm', spec: {} }, app, NODE, ...each.flat()],
      }),
    ),
    settings: fc.constantFrom(...SETTINGS),
    requests: requests({ hosts, words }),
  });
});

/** A virtual gateway, whose gateway routes and routes have conditions and rewrites of all kinds. */
export const anyGateway: fc.Arbitrary<Scene> = fewWords.chain((words) => {
  const services = fc.tuple(...SERVICES.slice(0, 2).map((service) => routesOf(service, words)));
  const hosts = ['one.local', 'two.local', 'g.test', 'a.g.test', 'other.test'];
  const protocol = fc.constantFrom<'http' | 'http2'>('http', 'http2');
  return fc.record({
    mesh: protocol.chain((spoken) =>
      fc.tuple(services, gatewayRoutes(words, spoken)).map(
        ([each, ways]): Case => ({
          title: '',
          proxy: 'virtualGateway/gw',
          resources: [
            { meshName: 'm', spec: {} },
            {
              virtualGatewayName: 'gw',
              spec: { listeners: [{ portMapping: { port: PORT, protocol: spoken } }] },
            },
            NODE,
            ...each.flat(),
            ...ways,
          ],
        }),
      ),
    ),
    settings: fc.constantFrom(...SETTINGS),
    requests: requests({ hosts, words }),
  });
});

function requests(about: {
  readonly hosts: readonly string[];
  readonly words: Words;
}): fc.Arbitrary<readonly AnyRequest[]> {
  const request = anyRequest({ ...about, port: PORT, paths: PATHS });
  return fc.array(request, { minLength: 1, maxLength: REQUESTS });
}

type Written = Case['resources'][number];

/** The last route: usually a catch-all, which shows that the previous routes do not match. */
const LAST: fc.Arbitrary<readonly HttpRouteMatch[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([{ prefix: '/' }]) },
  fc.constant([]),
);

/** A virtual service with a router, and one to three routes. */
function routesOf(service: string, words: Words): fc.Arbitrary<readonly Written[]> {
  const provider = { virtualRouter: { virtualRouterName: service } };
  const fixed = [
    { virtualServiceName: service, spec: { provider } },
    { virtualRouterName: service, spec: { listeners: [HTTP] } },
  ];
  return fc.tuple(fc.array(anyMatch(words), { maxLength: 3 }), LAST).map((matches) => [
    ...fixed,
    ...matches.flat().map((match, index) => ({
      virtualRouterName: service,
      routeName: `r${index}`,
      spec: {
        priority: index,
        http2Route: { match, action: { weightedTargets: [{ virtualNode: 'target', weight: 1 }] } },
      },
    })),
  ]);
}

function gatewayRoutes(words: Words, protocol: 'http' | 'http2'): fc.Arbitrary<readonly Written[]> {
  const hostname = fc.constantFrom(
    undefined,
    undefined,
    undefined,
    { exact: 'g.test' },
    { suffix: '.g.test' },
    { suffix: 'one.local' },
  );
  const way = anyMatch(words).chain((match) =>
    fc.record({
      match: hostname.map((name) => (name === undefined ? match : { ...match, hostname: name })),
      service: fc.constantFrom(...SERVICES.slice(0, 2)),
      rewrite: fc.constantFrom(
        undefined,
        undefined,
        { hostname: { defaultTargetHostname: 'DISABLED' } },
        match.path === undefined ? { prefix: { value: '/a/' } } : { path: { exact: '/a?q=v' } },
        match.path === undefined ? { prefix: { defaultPrefix: 'DISABLED' } } : undefined,
      ),
    }),
  );
  const last = LAST.map((matches) =>
    matches.map((match) => ({ match, service: SERVICES[0] ?? '', rewrite: undefined })),
  );
  return fc.tuple(fc.array(way, { maxLength: 3 }), last).map((ways) =>
    ways.flat().map(({ match, service, rewrite }, index) => {
      const target = { virtualService: { virtualServiceName: service } };
      const action = rewrite === undefined ? { target } : { target, rewrite };
      const spec = { priority: index, [`${protocol}Route`]: { match, action } };
      return { virtualGatewayName: 'gw', gatewayRouteName: `g${index}`, spec };
    }),
  );
}
