import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ANY_CREDENTIALS,
  createCloudMapServices,
  type RegisteredService,
} from '../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto, type Moto } from '../../controlplane/discovery/testing/moto.ts';
import type { IpPreference, ServiceDiscovery } from '../../controlplane/model/types.ts';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { createAll, inputsOf, on, type Input } from './testing/inputs.ts';
import { openScene, type Role, type Scene } from './testing/scene.ts';

// The walkthrough howto-ipv6 of aws-app-mesh-examples: a gateway in front of six virtual nodes. Their names have IPv4 addresses only or both kinds,
// and their applications listen on IPv4, IPv6 or both. Discovery is by DNS or by Cloud Map. The test covers each preference of the mesh or of a node.

const PORT = 9080;
const COLORS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;
type Color = (typeof COLORS)[number];

const FOURTH = { host: '0.0.0.0', http: [PORT] };
const SIXTH = { host: '::', ipv6Only: true, http: [PORT] };
const BOTH = { http: [PORT] };

const role = (color: Color, app: Role['app'], ipv6Names: boolean): Role => ({
  ...(app === undefined ? {} : { app }),
  ipv6Names,
  resource: `mesh/m/virtualNode/${color}`,
  appPorts: [PORT],
});

const HOSTS = {
  red: role('red', FOURTH, false),
  orange: role('orange', BOTH, false),
  yellow: role('yellow', SIXTH, false),
  green: role('green', FOURTH, true),
  blue: role('blue', BOTH, true),
  purple: role('purple', SIXTH, true),
  gate: { resource: 'mesh/m/virtualGateway/gate' },
} as const satisfies Record<Color | 'gate', Role>;

const is = inputsOf('m');

type Preferences = {
  readonly mesh?: IpPreference;
  readonly nodes?: Partial<Readonly<Record<Color, IpPreference>>>;
};
type Kind = 'dns' | 'awsCloudMap';

const meshSpec = (mesh: IpPreference | undefined) =>
  mesh === undefined ? {} : { serviceDiscovery: { ipPreference: mesh } };

function nodeSpec(color: Color, kind: Kind, own: IpPreference | undefined) {
  const preference = own === undefined ? {} : { ipPreference: own };
  const serviceDiscovery: ServiceDiscovery =
    kind === 'dns'
      ? { dns: { hostname: color, ...preference } }
      : { awsCloudMap: { namespaceName: 'colors', serviceName: color, ...preference } };
  return { listeners: [on(PORT, 'http')], serviceDiscovery };
}

/** The updates that set these preferences in the model. */
const updates = (kind: Kind, { mesh, nodes = {} }: Preferences): readonly Input[] => [
  { at: '/m', body: { spec: meshSpec(mesh) } },
  ...COLORS.map((color) => ({
    at: `/m/virtualNodes/${color}`,
    body: { spec: nodeSpec(color, kind, nodes[color]) },
  })),
];

const inputs: readonly Input[] = [
  is.mesh(),
  is.gateway('gate', { listeners: [{ portMapping: { port: PORT, protocol: 'http' } }] }),
  ...COLORS.flatMap((color) => [
    is.node(color, nodeSpec(color, 'dns', undefined)),
    is.service(`${color}.local`, { node: color }),
    is.gatewayRoute('gate', color, {
      httpRoute: {
        match: { prefix: `/${color}` },
        action: { target: { virtualService: { virtualServiceName: `${color}.local` } } },
      },
    }),
  ]),
];

const ALL = new Set<string>(COLORS);
const FOURTH_APPS = new Set(['red', 'orange', 'green', 'blue']);

/** The colors that answer for a preference: the walkthrough's table, and its steps 7 and 8. */
const TABLE: readonly (readonly [string, Preferences, ReadonlySet<string>])[] = [
  ['mesh IPv4_ONLY', { mesh: 'IPv4_ONLY' }, FOURTH_APPS],
  ['mesh IPv4_PREFERRED', { mesh: 'IPv4_PREFERRED' }, FOURTH_APPS],
  ['mesh IPv6_ONLY', { mesh: 'IPv6_ONLY' }, new Set(['blue', 'purple'])],
  ['mesh IPv6_PREFERRED', { mesh: 'IPv6_PREFERRED' }, new Set(['orange', 'yellow', 'blue', 'purple'])],
  [
    'mesh IPv6_ONLY, overridden by nodes with IPv4 addresses only',
    {
      mesh: 'IPv6_ONLY',
      nodes: { red: 'IPv4_PREFERRED', orange: 'IPv4_PREFERRED', yellow: 'IPv6_PREFERRED' },
    },
    new Set(['red', 'orange', 'yellow', 'blue', 'purple']),
  ],
  [
    'nodes only',
    { nodes: { green: 'IPv4_ONLY', yellow: 'IPv6_PREFERRED', blue: 'IPv6_ONLY', purple: 'IPv6_ONLY' } },
    ALL,
  ],
  ['none', {}, FOURTH_APPS],
];

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<keyof typeof HOSTS>;
  let moto: Moto;
  const services = new Map<Color, RegisteredService>();

  beforeAll(async () => {
    scene = await openScene('howto-ipv6', variable, {
      ipv6: true,
      inputs: () => inputs,
      hosts: HOSTS,
      controlPlane: async (lab) => {
        moto = await startMoto(lab.address);
        const service = createCloudMapServices(moto.endpoint);
        for (const color of COLORS) services.set(color, await service('colors', color));
        const env = {
          AWS_ENDPOINT_URL: moto.endpoint,
          AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
        };
        return { env, flags: ['--cloud-map-interval', '1'] };
      },
    });
    for (const color of COLORS) {
      const { address, address6 } = scene.actors[color].host;
      const both = HOSTS[color].ipv6Names ? { AWS_INSTANCE_IPV6: address6 } : {};
      await services.get(color)?.register(color, { AWS_INSTANCE_IPV4: address, ...both });
    }
  });
  afterAll(async () => {
    await scene?.close();
    await moto?.stop();
  });

  async function answering(): Promise<ReadonlySet<string>> {
    const { host, caller } = scene.actors.gate;
    const bodies = await Promise.all(
      COLORS.map(async (color) => {
        const { status, body = '' } = await caller.ask({
          kind: 'http',
          url: `http://${host.address}:${PORT}/${color}`,
        });
        return status === 200 ? [(JSON.parse(body) as { readonly name: string }).name] : [];
      }),
    );
    return new Set(bodies.flat());
  }

  describe.each(['dns', 'awsCloudMap'] as const)('%s', (kind) => {
    test.each(TABLE)('%s', async (_, preferences, colors) => {
      await createAll(scene.controlPlane.endpoint, updates(kind, preferences));
      await expect.poll(answering).toEqual(colors);
      await expect
        .poll(async () => (await scene.controlPlane.status()).proxies.map(({ state }) => state))
        .toEqual(Object.keys(HOSTS).map(() => 'in sync'));
      // An Envoy that is in sync may still warm a cluster.
      await expect.poll(answering).toEqual(colors);
    });
  });
});
