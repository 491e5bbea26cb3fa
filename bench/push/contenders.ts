import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { openSqliteStore } from '../../controlplane/store/sqlite/sqlite.ts';
import { startLocalControlPlane } from '../../test/lab/programs/local-control-plane.ts';
import { nodeFlags } from '../../test/lab/programs/node-flags.ts';
import { openConsoleReaders } from './console-readers.ts';
import { writeConfigurations } from './configurations.ts';
import { meshResources, MESH, routeSpec, type MeshSize, type Watched } from './mesh.ts';
import type { ChangeRequest } from './streams.ts';

/** An ADS server with the mesh of mesh.ts. */
export type Contender = {
  readonly name: 'ours' | 'peer' | 'floor';
  readonly ads: string;
  readonly pid: number;
  /** Returns the request that sets the weight of a service's first target. */
  change(service: Watched, weight: number): ChangeRequest;
  stop(): Promise<unknown>;
};

/** Starts Daybreak's control plane, bundled as in the images, with a durable store in `folder`. `readers`: pages of the console that are open at it. */
export async function startOurs(
  daybreak: string,
  folder: string,
  size: MeshSize,
  readers = 0,
): Promise<Contender> {
  const store = openSqliteStore({ folder });
  await store.replace({ revision: 0, resources: meshResources(size), tokens: [], history: [] }, false);
  await store.close();
  const controlPlane = await startLocalControlPlane(['--data', folder], { program: daybreak });
  const { api, ads, pid } = controlPlane;
  const closePages = await openConsoleReaders(api, readers);
  const targets = new Map(
    meshResources(size).flatMap(({ kind, parent, spec }) => (kind === 'route' ? [[parent, spec]] : [])) as [
      string,
      ReturnType<typeof routeSpec>,
    ][],
  );
  return {
    name: 'ours',
    ads,
    pid,
    change(service, weight) {
      const [first, second] = (targets.get(service)?.httpRoute?.action.weightedTargets ?? []).map(
        ({ virtualNode }) => Number(virtualNode.slice('vn-'.length)),
      );
      const spec = routeSpec([first ?? 0, second ?? 0], weight);
      const url = `${api}/v20190125/meshes/${MESH}/virtualRouter/${service}/routes/all`;
      return { method: 'PUT', url, body: JSON.stringify({ spec }) };
    },
    stop: () => {
      closePages();
      return controlPlane.stop();
    },
  };
}

/** Starts go-control-plane's snapshot cache with the same configurations, which it reads from `folder`. */
export async function startPeer(gocp: string, folder: string, size: MeshSize): Promise<Contender> {
  const file = join(folder, 'configurations');
  await writeConfigurations(file, size);
  return startProgram('peer', gocp, ['-configurations', file]);
}

/** Starts floor.ts: gRPC alone, on Node's HTTP/2. It writes durable data to a file in `folder`. */
export function startFloor(folder: string, { nodes, backends }: MeshSize): Promise<Contender> {
  const program = join(import.meta.dirname, 'floor.ts');
  const args = [...nodeFlags('daybreak'), program, `${nodes}`, `${backends}`, join(folder, 'floor')];
  return startProgram('floor', process.execPath, args);
}

async function startProgram(
  name: Contender['name'],
  program: string,
  args: readonly string[],
): Promise<Contender> {
  const child = execa(program, args, {
    stderr: 'inherit',
    buffer: false,
    reject: false,
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { api, ads } = JSON.parse(String(line)) as { readonly api: string; readonly ads: string };
  return {
    name,
    ads,
    pid: child.pid ?? 0,
    change: (service, weight) => {
      return { method: 'GET', url: `${api}/update?host=${service}&weight=${weight}`, body: '' };
    },
    stop: async () => {
      child.kill();
      await child;
    },
  };
}
