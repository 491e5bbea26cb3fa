import { openSqliteStore } from '../../controlplane/store/sqlite/sqlite.ts';
import { egressCluster, egressRoutes } from '../../controlplane/translate/names.ts';
import { request } from '../../test/lab/clients/http.ts';
import { bundle } from '../../test/lab/programs/bundle.ts';
import {
  startLocalControlPlane,
  type LocalControlPlane,
} from '../../test/lab/programs/local-control-plane.ts';
import { until } from '../../test/lab/until.ts';
import { MESH } from '../push/mesh.ts';
import { connectSidecars, type Sidecar } from '../reports/sidecars.ts';
import { tieredMesh } from './mesh.ts';

/** A control plane with a console, and a sidecar of each virtual node. */
export type Scene = {
  /** The address of the map. */
  readonly map: string;
  /** The address of the page of a virtual service. */
  readonly service: (name: string) => string;
  readonly plane: LocalControlPlane;
  readonly stop: () => Promise<void>;
};

const PATIENT = { limitMs: 300_000, everyMs: 1000 };

/** Starts a scene with this number of virtual nodes. */
export async function startScene(folder: string, nodes: number): Promise<Scene> {
  const store = openSqliteStore({ folder });
  const resources = tieredMesh(nodes);
  await store.replace({ revision: 0, resources, tokens: [], history: [] }, false);
  await store.close();
  const { daybreak } = await bundle();
  const plane = await startLocalControlPlane(['--data', folder, '--console'], { program: daybreak });
  const disconnect = await connectSidecars(
    plane.ads,
    resources.flatMap((resource): Sidecar[] => {
      if (resource.kind !== 'virtualNode') return [];
      return [sidecarOf(resource.name, nodes)];
    }),
  );
  await until(
    'all proxies in sync',
    async () => (await plane.status()).proxies.filter(({ state }) => state === 'in sync').length === nodes,
    PATIENT,
  );
  return {
    map: `${plane.api}/console/#/${MESH}/map`,
    service: (name) => `${plane.api}/console/#/${MESH}/service/${name}`,
    plane,
    async stop() {
      disconnect();
      await plane.stop();
    },
  };
}

/** Waits until the control plane asks no sidecar for its load. */
export async function unwatched({ plane }: Scene): Promise<void> {
  await until(
    'no reader of figures',
    async () => /^daybreak_watched_meshes 0$/m.test((await request(`${plane.api}/metrics`)).body),
    PATIENT,
  );
}

/** A sidecar that sends requests to the targets of the service that all call. */
function sidecarOf(name: string, nodes: number): Sidecar {
  const targets = [nodes - 1, nodes - 2];
  return {
    node: `mesh/${MESH}/virtualNode/${name}`,
    clusters: targets.map((target) => egressCluster(MESH, `vn-${target}`, 'http', PORT)),
    routes: [egressRoutes('http', PORT)],
  };
}

const PORT = 8080;
