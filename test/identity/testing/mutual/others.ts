import { openEnvoyAdmin, type EnvoyAdmin } from '../../../lab/clients/envoy-admin.ts';
import type { Host } from '../../../lab/host.ts';
import type { Program } from '../../../lab/programs/program.ts';
import { startAgent } from '../../../lab/programs/sidecar.ts';
import { until } from '../../../lab/until.ts';
import { ADS } from '../../../ads/testing/access.ts';
import { idOf } from '../client-server.ts';
import { PORTS, type Protocol } from './ports.ts';
import { failing, OLD_TOKEN, SERVICE, type Client, type LoadPath, type MutualScene } from './scene.ts';

/** The paths of traffic beside that of the caller to the server. */
const OTHER_PATHS = ['gateway to server', 'old to server', 'client to old'] as const;

/** A path of traffic, by its name. */
export type OtherPath = (typeof OTHER_PATHS)[number];

/** Further proxies of a mesh: a virtual gateway with a certificate, and an old sidecar without one, which calls the server and is called. */
export type Others = {
  /** The host of the old sidecar. */
  readonly old: Host;
  /** Starts a load of 50 requests a second. `kinds`: default, all that the path can have. */
  readonly startLoad: (path: OtherPath, kinds?: readonly Client[]) => Program;
  /** Handshakes of the gateway's Envoy with the server, by protocol. */
  readonly gatewayHandshakes: () => Promise<Readonly<Record<Exclude<Protocol, 'tcp'>, number>>>;
  /** Exempts the old sidecar from the mode of the mesh, or takes this back: it has no certificate to be called with. */
  readonly exempt: (isExempt: boolean) => Promise<void>;
  /** The proxies among the callers without mutual TLS of the server, as `daybreak identity plaintext` names them. */
  readonly plainCallers: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

/** The name of the virtual service of the old sidecar. */
const OLD_SERVICE = 'old.local';
const EVERY_MS = 100;
const PROBE_MS = 500;
const GATEWAY = 'mesh/m/virtualGateway/door';
/** A virtual gateway has no listeners of tcp. */
const THROUGH_GATEWAY: readonly Client[] = ['http', 'http, new connections', 'http2', 'grpc'];

/** Adds these proxies to a scene, before its mode changes, and waits until they serve. */
export async function addOthers(scene: MutualScene): Promise<Others> {
  const { lab, programs, controlPlane } = scene;
  // Before the mesh has their names: Envoy looks again for a name without an address only after seconds.
  const [street, old, door] = [
    await lab.host('street'),
    await lab.host('old-proxy', { dns: [OLD_SERVICE] }),
    await lab.host('door'),
  ];
  await scene.apply(DOCUMENTS);
  await scene.startServer(old);
  await scene.startSidecar(old, 'old', { DAYBREAK_XDS_TOKEN: OLD_TOKEN });
  const token = (await controlPlane.daybreak('token', 'join', '--node', GATEWAY)).trim();
  const env = { ...(await scene.agentEnvOn(door)), DAYBREAK_XDS_JOIN_TOKEN: token };
  startAgent(door, programs, { resource: GATEWAY, xds: ADS, appPorts: '', env });
  const admins = [await openEnvoyAdmin(old), await openEnvoyAdmin(door)] as const;
  scene.certified.push(admins[1]);
  await until('the further proxies are LIVE', async () =>
    (await Promise.all(admins.map((admin) => admin.ready()))).every(Boolean),
  );
  await scene.allInSync();
  const paths: Readonly<Record<OtherPath, LoadPath>> = {
    'gateway to server': { from: street, to: 'door', everyMs: EVERY_MS, kinds: THROUGH_GATEWAY },
    'old to server': { from: old, to: SERVICE, everyMs: EVERY_MS },
    'client to old': { from: scene.client, to: OLD_SERVICE, everyMs: EVERY_MS },
  };
  const startLoad: Others['startLoad'] = (path, kinds = paths[path].kinds) =>
    scene.startLoad({ ...paths[path], kinds });
  const serves = async (path: OtherPath): Promise<boolean> => {
    const load = startLoad(path);
    await load.line(/^ready$/);
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    return failing(await scene.endLoad(load)).length === 0;
  };
  await until('each path serves', async () => (await Promise.all(OTHER_PATHS.map(serves))).every(Boolean));
  return {
    old,
    startLoad,
    gatewayHandshakes: () => handshakesOf(admins[1]),
    exempt: (isExempt) =>
      scene.apply(`
meshName: m
nodeIdentityName: old
spec:
  proxy: { virtualNode: { virtualNodeName: old } }
  principals: []
${isExempt ? '  mtls: OFF' : ''}
`),
    async plainCallers() {
      const seen = JSON.parse(await controlPlane.daybreak('identity', 'plaintext', '-o', 'json')) as {
        nodes: { virtualNode: string; callers: { proxy?: string }[] }[];
      };
      const server = seen.nodes.find(({ virtualNode }) => virtualNode === 'server');
      return (server?.callers ?? []).flatMap(({ proxy }) => proxy ?? []);
    },
    async close() {
      for (const admin of admins) await admin.close();
    },
  };
}

/** The path of the old sidecar's virtual node, as reports name it. */
export const OLD = idOf('old');

async function handshakesOf(admin: EnvoyAdmin) {
  const stats = await admin.stats('\\.ssl\\.handshake$');
  const of = (protocol: Protocol): number =>
    [...stats].reduce(
      (sum, [name, count]) => (name.includes(`_server_${protocol}_${PORTS[protocol]}.`) ? sum + count : sum),
      0,
    );
  return { http: of('http'), http2: of('http2'), grpc: of('grpc') };
}

const LISTENERS = Object.entries(PORTS).map(
  ([protocol, port]) => `    - portMapping: { port: ${port}, protocol: ${protocol} }`,
);
const ROUTES = { http: 'prefix: /, ', http2: 'prefix: /, ', grpc: '' } as const;

const DOCUMENTS = [
  `
virtualNodeName: old
spec:
  listeners:
${LISTENERS.join('\n')}
  serviceDiscovery:
    dns: { hostname: ${OLD_SERVICE} }
  backends:
    - virtualService: { virtualServiceName: ${SERVICE} }
`,
  `
virtualServiceName: ${OLD_SERVICE}
spec:
  provider:
    virtualNode: { virtualNodeName: old }
`,
  `
virtualNodeName: client
spec:
  backends:
    - virtualService: { virtualServiceName: ${SERVICE} }
    - virtualService: { virtualServiceName: ${OLD_SERVICE} }
`,
  `
virtualGatewayName: door
spec:
  listeners:
${LISTENERS.filter((each) => !each.includes('tcp')).join('\n')}
`,
  ...Object.entries(ROUTES).map(
    ([protocol, match]) => `
virtualGatewayName: door
gatewayRouteName: ${protocol}
spec:
  ${protocol}Route:
    match: { ${match}port: ${PORTS[protocol as Protocol]} }
    action: { target: { virtualService: { virtualServiceName: ${SERVICE} }, port: ${PORTS[protocol as Protocol]} } }
`,
  ),
]
  .map((each) => `meshName: m${each}`)
  .join('---\n');
