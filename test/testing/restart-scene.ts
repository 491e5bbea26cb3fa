import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  appMeshClient,
  createColorModel,
  hostnameOf,
  MESH,
  PORT,
  TELLER,
  updateWeights,
  type ColorNode,
  type Weights,
} from '../../demo/color-model.ts';
import { startTraffic, type Tally } from '../../demo/traffic.ts';
import { startControlPlane, type ControlPlane } from '../lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import type { Host } from '../lab/host.ts';
import { request } from '../lab/clients/http.ts';
import { createLab } from '../lab/lab.ts';
import { openLoopback, type Loopback } from '../lab/net/loopback.ts';
import type { Program } from '../lab/programs/program.ts';
import { SIDECAR_UID, startAgent, writeRules } from '../lab/programs/sidecar.ts';
import { stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

// The gateway of the color application with a sidecar, and the tellers without: agents come and go while the control plane is away.

const GATEWAY: ColorNode = 'colorgateway-vn';
const APPS = join(import.meta.dirname, '../../demo/apps');
const WAIT = { limitMs: 120_000 };

/** An agent with its Envoy on a host. */
export type RunningSidecar = {
  readonly agent: Program;
  /** Milliseconds from the start of the agent to a LIVE Envoy. */
  readonly liveMs: number;
  status(): Promise<SidecarStatus>;
  /** Updates that this Envoy rejected. */
  rejected(): Promise<number>;
  /** The weights by which Envoy shares out the requests of its color, by cluster; empty without weights. */
  weights(): Promise<Readonly<Record<string, number>>>;
  /** Sends `requests` requests to the gateway's application. */
  send(requests: number): Promise<Tally>;
};

/** The fields of `GET /status` that tests read. */
export type SidecarStatus = {
  readonly healthStatus: string;
  readonly daybreak: {
    readonly configuration: string;
    readonly notReady: readonly string[];
    readonly state: { readonly own: { readonly written?: string } };
  };
};

type Doors = { readonly admin: EnvoyAdmin; readonly status: Loopback };

/** The scene: one control plane, the applications, and one folder for the state of the gateway's agents. */
export type RestartScene = {
  readonly stateFolder: string;
  /** Our own address, as the hosts see it. */
  readonly address: string;
  startControlPlane(): Promise<ControlPlane>;
  setWeights(controlPlane: ControlPlane, weights: Weights): Promise<void>;
  /** Makes a host with the gateway's application and its rules. */
  gatewayHost(name: string): Promise<Host>;
  /** Starts an agent on a host, and waits until its Envoy is LIVE. `via`: the way to the control plane, default the straight one. */
  startSidecar(host: Host, via?: string): Promise<RunningSidecar>;
  close(): Promise<void>;
};

/** Creates the scene, with all requests to blue. `envoy`: the path of its Envoy. */
export async function openRestartScene(name: string, envoy: string | undefined): Promise<RestartScene> {
  const lab = await createLab({ name });
  const programs = await stage(lab, envoy);
  const controlHost = await lab.host('control');
  const xds = `http://${controlHost.address}:18000`;
  const stateFolder = join(lab.folder, 'state');
  mkdirSync(stateFolder);
  chownSync(stateFolder, SIDECAR_UID, SIDECAR_UID);
  const doors = new Map<Host, Doors>();
  let isNew = true;

  async function startApp(host: Host, node: ColorNode): Promise<void> {
    const file = node === GATEWAY ? 'colorgateway.ts' : 'colorteller.ts';
    const env = { COLOR_TELLER_ENDPOINT: `${TELLER}:${PORT}`, COLOR: node.includes('red') ? 'red' : 'blue' };
    await host.spawn('app', process.execPath, [join(APPS, file)], { env }).line(/./);
  }

  for (const node of ['colorteller-blue-vn', 'colorteller-red-vn'] as const) {
    const dns = [hostnameOf(node), ...(node === 'colorteller-red-vn' ? [TELLER] : [])];
    await startApp(await lab.host(node.replace('colorteller-', ''), { dns }), node);
  }

  return {
    stateFolder,
    address: lab.address,
    async startControlPlane() {
      const controlPlane = await startControlPlane(controlHost, programs);
      if (isNew) await createColorModel(appMeshClient(controlPlane.endpoint), { 'colorteller-blue-vn': 1 });
      isNew = false;
      return controlPlane;
    },
    setWeights: ({ endpoint }, weights) => updateWeights(appMeshClient(endpoint), weights),
    async gatewayHost(hostName) {
      const host = await lab.host(hostName);
      await startApp(host, GATEWAY);
      await writeRules(host, programs, `${PORT}`);
      doors.set(host, { admin: await openEnvoyAdmin(host), status: await openLoopback(host, 9902) });
      return host;
    },
    async startSidecar(host, via = xds) {
      const open = doors.get(host);
      if (open === undefined) throw new Error(`${host.name} was not made by gatewayHost`);
      const startedAt = performance.now();
      const agent = startAgent(host, programs, {
        resource: `mesh/${MESH}/virtualNode/${GATEWAY}`,
        xds: via,
        appPorts: `${PORT}`,
        env: { DAYBREAK_STATE_DIR: stateFolder },
      });
      await until('a LIVE Envoy', () => open.admin.ready(), { ...WAIT, everyMs: 10 });
      return {
        agent,
        liveMs: performance.now() - startedAt,
        async status() {
          const { socketPath } = open.status;
          return JSON.parse((await request('http://localhost/status', { socketPath })).body) as SidecarStatus;
        },
        async rejected() {
          const counters = await open.admin.stats(String.raw`update_rejected$`);
          return [...counters.values()].reduce((sum, each) => sum + each, 0);
        },
        weights: async () => weightsOf(await open.admin.configDump()),
        async send(requests) {
          const traffic = startTraffic(`http://${host.address}:${PORT}/color`, 200);
          await until('the requests', () => traffic.tally().requests >= requests, WAIT);
          return traffic.stop();
        },
      };
    },
    async close() {
      for (const { admin, status } of doors.values()) await Promise.all([admin.close(), status.close()]);
      await lab.close();
    },
  };
}

/** Collects the weighted clusters of all routes in a config dump, whatever the route. */
function weightsOf(dump: unknown): Readonly<Record<string, number>> {
  if (typeof dump !== 'object' || dump === null) return {};
  const { weighted_clusters: weighted } = dump as {
    weighted_clusters?: { clusters: readonly WeightedCluster[] };
  };
  const own = (weighted?.clusters ?? []).map(({ name, weight = 0 }) => [name, weight] as const);
  const below = Object.values(dump).map(weightsOf);
  return Object.assign(Object.fromEntries(own), ...below) as Readonly<Record<string, number>>;
}

type WeightedCluster = { readonly name: string; readonly weight?: number };
