import { join } from 'node:path';
import type { AppMeshClient } from '@aws-sdk/client-app-mesh';
import { startControlPlane, type ControlPlane } from '../test/lab/programs/control-plane.ts';
import { request } from '../test/lab/clients/http.ts';
import type { Host } from '../test/lab/host.ts';
import type { Lab } from '../test/lab/lab.ts';
import type { Program } from '../test/lab/programs/program.ts';
import { startSidecar } from '../test/lab/programs/sidecar.ts';
import type { Stage } from '../test/lab/stage.ts';
import { until } from '../test/lab/until.ts';
import {
  appMeshClient,
  createColorModel,
  hostnameOf,
  MESH,
  NODES,
  PORT,
  TELLER,
  type ColorNode,
  type Weights,
} from './color-model.ts';

/** A virtual node's host with its programs. */
export type ColorHost = { readonly host: Host; readonly app: Program; readonly agent: Program };

/** The color application in its mesh: five hosts, four apps, four sidecars, one control plane. */
export type ColorMesh = {
  readonly controlPlane: ControlPlane;
  readonly controlHost: Host;
  readonly client: AppMeshClient;
  readonly hosts: Readonly<Record<ColorNode, ColorHost>>;
  /** The URL that answers with a color. */
  readonly url: string;
  /** Waits until every proxy has ACKed its configuration. */
  inSync(): Promise<void>;
};

/** The flags with which the control plane serves its console. */
export const CONSOLE = ['--console'] as const;

const APPS = join(import.meta.dirname, 'apps');

const COLORS: Readonly<Record<string, string>> = {
  'colorteller-vn': 'white',
  'colorteller-blue-vn': 'blue',
  'colorteller-red-vn': 'red',
};

/**
 * Creates the hosts, the model and the programs, and waits until a request gets its color. Calls `say` at the beginning of each step. `env`
 * returns further variables of a virtual node's agent. `controlPlaneStage`: the programs of the control plane; default `stage`.
 */
export async function startColorMesh(
  lab: Lab,
  stage: Stage,
  weights: Weights,
  say: (step: string) => void = () => {},
  env: (node: string) => Readonly<Record<string, string>> = () => ({}),
  controlPlaneStage: Stage = stage,
): Promise<ColorMesh> {
  say('make hosts for a control plane, a gateway and three tellers');
  const controlHost = await lab.host('control');
  const places = new Map<string, Host>();
  for (const node of NODES) {
    places.set(node, await lab.host(node.replace(/-vn$/, ''), { dns: [hostnameOf(node)] }));
  }

  say('start the control plane, create the mesh through the App Mesh API');
  const controlPlane = await startControlPlane(controlHost, controlPlaneStage, {
    // An earlier release has no console.
    flags: controlPlaneStage === stage ? CONSOLE : [],
  });
  const client = appMeshClient(controlPlane.endpoint);
  await createColorModel(client, weights);

  say('start an application, iptables rules, an agent and Envoy on each host');
  const start = async (node: string): Promise<ColorHost> => {
    const host = places.get(node);
    if (host === undefined) throw new Error(`${node} has no host`);
    const app = startApp(host, node);
    const resource = `mesh/${MESH}/virtualNode/${node}`;
    const sidecar = startSidecar(host, stage, {
      resource,
      xds: controlPlane.xds,
      appPorts: `${PORT}`,
      env: env(node),
    });
    await app.line(/./);
    return { host, app, agent: await sidecar };
  };
  const started = await Promise.all(NODES.map(async (node) => [node, await start(node)] as const));
  const hosts = Object.fromEntries(started) as ColorMesh['hosts'];

  const inSync = async (): Promise<void> => {
    await until(
      'every proxy in sync',
      async () => {
        const { proxies } = await controlPlane.status();
        return proxies.length >= started.length && proxies.every(({ state }) => state === 'in sync');
      },
      { limitMs: 120_000 },
    );
  };
  await inSync();
  const url = `http://${hosts['colorgateway-vn'].host.address}:${PORT}/color`;
  await until('a first color', async () => (await request(url)).status === 200);
  return { controlPlane, controlHost, client, hosts, url, inSync };
}

function startApp(host: Host, node: string): Program {
  const color = COLORS[node];
  const [file, env] =
    color === undefined
      ? (['colorgateway.ts', { COLOR_TELLER_ENDPOINT: `${TELLER}:${PORT}` }] as const)
      : (['colorteller.ts', { COLOR: color }] as const);
  return host.spawn('app', process.execPath, [join(APPS, file)], { env, log: join(host.folder, 'app.log') });
}
