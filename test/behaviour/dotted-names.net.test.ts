import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PortProtocol } from '../../controlplane/model/types.ts';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { backends, inputsOf, on, to, type Input } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';

// Dots in the names of a mesh, of virtual nodes, services, a gateway and files, and the resulting Prometheus metrics. Each name has the word `dotted`
// behind a dot, which no metric name may contain.

const MESH = 'me.dotted';
const APP = 'app.dotted';
const GATE = 'gate.dotted';
const PORTS = { http: 7601, http2: 7602, grpc: 7603, tcp: 7604 } as const satisfies Record<
  PortProtocol,
  number
>;
const ROUTED = 7605;

const is = inputsOf(MESH);

const inputs: readonly Input[] = [
  is.mesh({ egressFilter: { type: 'ALLOW_ALL' } }),
  is.node(APP, {
    listeners: Object.entries(PORTS).map(([protocol, port]) =>
      on(port, protocol as PortProtocol, {
        tls: {
          mode: 'PERMISSIVE',
          certificate: {
            file: { certificateChain: '/nowhere/chain.dotted', privateKey: '/nowhere/key.dotted' },
          },
        },
      }),
    ),
    serviceDiscovery: { dns: { hostname: 'app' } },
  }),
  is.service('app.dotted.local', { node: APP }),
  is.router('router.dotted', [[ROUTED, 'tcp']]),
  is.route('router.dotted', 'route.dotted', { tcpRoute: { action: to(APP, PORTS.tcp) } }),
  is.service('routed.dotted.local', { router: 'router.dotted' }),
  is.node('client.dotted', { backends: backends(['app.dotted.local', 'routed.dotted.local']) }),
  is.gateway(GATE, {
    listeners: [
      { portMapping: { port: 8080, protocol: 'http' } },
      { portMapping: { port: 8081, protocol: 'grpc' } },
    ],
  }),
  is.gatewayRoute(GATE, 'all.dotted', {
    httpRoute: {
      match: { prefix: '/', port: 8080 },
      action: { target: { virtualService: { virtualServiceName: 'app.dotted.local' }, port: PORTS.http } },
    },
  }),
];

const CLUSTERS = {
  app: [
    ...Object.entries(PORTS).map(([protocol, port]) => `cds_ingress_${MESH}_${APP}_${protocol}_${port}`),
    `cds_egress_${MESH}_amazonaws`,
    `cds_egress_${MESH}_mesh-allow-all`,
  ],
  client: [
    ...Object.entries(PORTS).map(([protocol, port]) => `cds_egress_${MESH}_${APP}_${protocol}_${port}`),
    `cds_egress_${MESH}_amazonaws`,
    `cds_egress_${MESH}_mesh-allow-all`,
  ],
  gate: [
    `cds_egress_${MESH}_${APP}_http_${PORTS.http}`,
    `cds_ingress_${MESH}_${GATE}_self_redirect_8080_http_15001`,
    `cds_ingress_${MESH}_${GATE}_self_redirect_8081_grpc_15001`,
  ],
} as const;
type Name = keyof typeof CLUSTERS;
const NAMES = Object.keys(CLUSTERS) as readonly Name[];

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<Name>;

  beforeAll(async () => {
    scene = await openScene('dotted-names', variable, {
      inputs: () => inputs,
      hosts: {
        app: {
          app: { http: [PORTS.http], http2: [PORTS.http2], grpc: [PORTS.grpc], tcp: [PORTS.tcp] },
          resource: `mesh/${MESH}/virtualNode/${APP}`,
          appPorts: Object.values(PORTS),
        },
        client: { resource: `mesh/${MESH}/virtualNode/client.dotted` },
        gate: { resource: `mesh/${MESH}/virtualGateway/${GATE}` },
      },
    });
    const { client, app } = scene.actors;
    const { address } = scene.lab;
    const headers = { host: 'app.dotted.local' };
    await client.caller.ask({ kind: 'http', url: `http://${address}:${PORTS.http}/`, headers });
    await client.caller.ask({ kind: 'tcp', host: address, port: ROUTED, expect: '\n' });
    await app.caller.ask({ kind: 'http', url: `http://gate:8080/`, headers: {} });
  });
  afterAll(() => scene?.close());

  const metrics = async (name: Name): Promise<string> =>
    (await scene.actors[name].admin().ask('/stats/prometheus')).body;

  test.each(NAMES)('%s: no metric name contains a part of a resource name', async (name) => {
    const names = [...(await metrics(name)).matchAll(/^# TYPE (\S+)/gm)].map(([, metric]) => metric ?? '');
    expect(names).toContain('envoy_cluster_upstream_cx_total');
    expect(names.filter((metric) => /dotted|nowhere/.test(metric))).toEqual([]);
  });

  test.each(NAMES)('%s: the whole name of each cluster is a label', async (name) => {
    const labels = [
      ...(await metrics(name)).matchAll(/^envoy_cluster_upstream_cx_total\{envoy_cluster_name="(\S+)"\}/gm),
    ];
    expect(labels.map(([, label]) => label)).toEqual(expect.arrayContaining([...CLUSTERS[name]]));
  });

  test('the statistics keep their names', async () => {
    const stats = await scene.actors.client.admin().stats('upstream_cx_total$');
    expect([...stats.keys()]).toEqual(
      expect.arrayContaining(CLUSTERS.client.map((cluster) => `cluster.${cluster}.upstream_cx_total`)),
    );
  });
});
