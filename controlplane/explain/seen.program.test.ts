import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpRouteHeader } from '../model/types.ts';
import { selfSigned } from '../tls/testing/certificates.ts';
import type { Case } from '../translate/testing/cases.ts';
import { envoyOf } from '../translate/testing/real-envoy.ts';
import type { Fate } from './testing/answering-envoy.ts';
import { requestOf } from './testing/any-request.ts';
import { PORT } from './testing/any-scene.ts';
import {
  AT_GATEWAY,
  AT_HTTP2_PASS,
  AT_NODE,
  AT_SECOND_PASS,
  AT_TLS,
  AT_UNTRACED_PASS,
  type Seen,
} from './testing/seen-headers.ts';
import { startDifferential, type Differential } from './testing/differential.ts';
import { TRIED } from './testing/tried.ts';

// A route with a header condition before a catch-all route: which of them takes a request, by `explain` and by a real Envoy of
// either release. Each case was once explained from the request as sent, not as Envoy modifies it.

describe.each(TRIED)('%s', (variable, release) => {
  let differential: Differential;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seen-'));
    const { cert, key } = await selfSigned();
    await writeFile(join(folder, 'cert.pem'), cert);
    await writeFile(join(folder, 'key.pem'), key);
    differential = await startDifferential(envoyOf(variable), release);
  });
  afterAll(async () => {
    await differential?.close();
    await rm(folder, { recursive: true });
  });

  test.each(AT_NODE)('beside an application: $title', (seen) => holds(node(seen.condition), seen));
  test.each(AT_GATEWAY)('at a gateway: $title', (seen) => holds(gateway({ at: seen.condition }), seen));
  test.each(AT_TLS)('at a gateway with TLS: $title', (seen) =>
    holds(gateway({ at: seen.condition, folder }), seen, true));
  test.each(AT_SECOND_PASS)('behind a gateway: $title', (seen) =>
    holds(gateway({ behind: seen.condition }), seen));
  test.each(AT_UNTRACED_PASS)('behind a gateway without a tracer: $title', (seen) =>
    holds(gateway({ behind: seen.condition, untraced: true }), seen));
  test.each(AT_HTTP2_PASS)('behind a gateway of HTTP/2: $title', (seen) =>
    holds(gateway({ behind: seen.condition, protocol: 'http2' }), seen));

  async function holds(
    mesh: Case,
    { lines = [], protocol = 'HTTP/1.1', taken }: Seen,
    tls = false,
  ): Promise<void> {
    const request = requestOf({
      protocol,
      method: 'GET',
      host: 'one.local',
      port: PORT,
      target: '/a',
      lines,
      tls,
    });
    const [found] = await differential.compare({ mesh, settings: {}, requests: [request] });
    const [current, oldest] = typeof taken === 'boolean' ? [taken, taken] : taken;
    const first = variable === 'DAYBREAK_ENVOY' ? current : oldest;
    const { said, happened } = found ?? {};
    expect({ said, happened: isTaken(happened) }).toEqual({ said: [happened], happened: first });
  }
});

/** Whether the first service's first route took it; the other route is the catch-all. */
function isTaken(fate: Fate | undefined): boolean | undefined {
  return fate?.kind === 'taken' ? fate.route === 'one.local/0' : undefined;
}

const HTTP = { portMapping: { port: PORT, protocol: 'http' } };

const match = (conditions: readonly HttpRouteHeader[]): object => ({
  prefix: '/',
  ...(conditions.length === 0 ? {} : { headers: conditions }),
});

function service(name: string, conditions: readonly HttpRouteHeader[]): Case['resources'] {
  const provider = { virtualRouter: { virtualRouterName: name } };
  const action = { weightedTargets: [{ virtualNode: 'target', weight: 1 }] };
  const route = (routeName: string, priority: number, of: readonly HttpRouteHeader[]) => ({
    virtualRouterName: name,
    routeName,
    spec: { priority, httpRoute: { match: match(of), action } },
  });
  return [
    { virtualServiceName: name, spec: { provider } },
    { virtualRouterName: name, spec: { listeners: [HTTP] } },
    ...(conditions.length === 0 ? [] : [route('conditions', 1, conditions)]),
    route('all', 2, []),
  ];
}

const BASE: Case['resources'] = [
  { meshName: 'm', spec: {} },
  {
    virtualNodeName: 'target',
    spec: { listeners: [HTTP], serviceDiscovery: { dns: { hostname: 'target.invalid' } } },
  },
];

const FEATURES = { recentHttp: true };

function node(condition: HttpRouteHeader): Case {
  const backends = [{ virtualService: { virtualServiceName: 'one.local' } }];
  const app = { virtualNodeName: 'app', spec: { backends } };
  const resources = [...BASE, app, ...service('one.local', [condition])];
  return { title: '', proxy: 'virtualNode/app', features: FEATURES, resources };
}

/**
 * Returns a gateway whose conditional gateway route leads to one service, and whose catch-all leads to another. `behind`: the
 * condition of the first service's first route. `folder`: the folder of a certificate, for TLS. `untraced`: the gateway has no tracer.
 */
function gateway(options: {
  readonly at?: HttpRouteHeader;
  readonly behind?: HttpRouteHeader;
  readonly protocol?: 'http' | 'http2';
  readonly folder?: string;
  readonly untraced?: boolean;
}): Case {
  const { at, behind, protocol = 'http', folder, untraced = false } = options;
  const way = (gatewayRouteName: string, priority: number, to: string, of: readonly HttpRouteHeader[]) => ({
    virtualGatewayName: 'gw',
    gatewayRouteName,
    spec: {
      priority,
      [`${protocol}Route`]: {
        match: match(of),
        action: { target: { virtualService: { virtualServiceName: to } } },
      },
    },
  });
  const listener = {
    portMapping: { port: PORT, protocol },
    ...(folder === undefined ? {} : { tls: { mode: 'STRICT', certificate: { file: filesIn(folder) } } }),
  };
  const resources = [
    ...BASE,
    { virtualGatewayName: 'gw', spec: { listeners: [listener] } },
    ...service('one.local', behind === undefined ? [] : [behind]),
    ...service('two.local', []),
    way('conditions', 1, 'one.local', at === undefined ? [] : [at]),
    way('all', 2, 'two.local', []),
  ];
  return { title: '', proxy: 'virtualGateway/gw', features: { ...FEATURES, untraced }, resources };
}

function filesIn(folder: string): object {
  return { certificateChain: join(folder, 'cert.pem'), privateKey: join(folder, 'key.pem') };
}
