import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appMeshClient, createColorModel, MESH } from '../../demo/color-model.ts';
import { watchClusters } from '../lab/clients/ads-client.ts';
import { request } from '../lab/clients/http.ts';
import { startLocalControlPlane } from '../lab/programs/local-control-plane.ts';
import { misbehave, type Misbehaviour } from './misbehaving-client.ts';

/** The state of a control plane after the attack. Sizes in MiB. */
export type Endured = {
  readonly done: Misbehaviour;
  /** RSS of the process, at each tenth of the messages. */
  readonly rssMib: readonly number[];
  /** Used JavaScript heap, at each tenth of the messages. The limit is 128. */
  readonly heapMib: readonly number[];
  /** Proxies that the status still shows at the end. */
  readonly left: number;
  /** Whether a well-behaved client was served at the end. */
  readonly serves: boolean;
  readonly exitCode: number | undefined;
};

const NODES = ['colorgateway-vn', 'colorteller-vn', 'colorteller-blue-vn'].map(
  (name) => `mesh/${MESH}/virtualNode/${name}`,
);
// More than the 40 s in which the server's pings detect dead connections.
const LAST_STREAMS_MS = 180_000;

/** Starts a control plane with a mesh, sends it `messages` malformed messages, and returns its state. */
export async function fireAtControlPlane(
  messages: number,
  seed: number,
  onTenth: (line: string) => void = () => undefined,
): Promise<Endured> {
  const folder = await mkdtemp(join(tmpdir(), 'under-fire-'));
  const plane = await startWithSmallHeap(folder);
  const rssMib: number[] = [];
  const heapMib: number[] = [];
  try {
    await createColorModel(appMeshClient(plane.api), { 'colorteller-vn': 1 });
    const port = Number(plane.ads.split(':').at(-1));
    const onProgress = async (sent: number): Promise<void> => {
      if (sent < ((rssMib.length + 1) * messages) / 10) return;
      rssMib.push(await rssOf(plane.pid));
      heapMib.push(await heapOf(plane.api));
      onTenth(`${sent} messages: RSS ${rssMib.at(-1)} MiB, heap ${heapMib.at(-1)} MiB`);
    };
    const done = await misbehave({ port, messages, seed, nodes: NODES, onProgress });
    const serves = await isServed(plane.ads);
    const left = await remaining(plane);
    const exitCode = await plane.stop();
    return { done, rssMib, heapMib, left, serves, exitCode };
  } catch (error) {
    throw new Error(`the control plane did not endure it:\n${plane.log()}`, { cause: error });
  } finally {
    await plane.kill();
    await rm(folder, { recursive: true });
  }
}

/** Starts a control plane with a heap that a leak would soon fill, and that is collected early. */
async function startWithSmallHeap(folder: string): ReturnType<typeof startLocalControlPlane> {
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = '--max-old-space-size=128 --max-semi-space-size=4';
  const starting = startLocalControlPlane(['--data', folder]);
  if (before === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = before;
  return starting;
}

async function isServed(ads: string): Promise<boolean> {
  const watcher = watchClusters(ads, NODES[0] ?? '');
  await watcher.has('colorteller');
  watcher.close();
  return watcher.count() > 0;
}

async function remaining(plane: Awaited<ReturnType<typeof startLocalControlPlane>>): Promise<number> {
  const end = Date.now() + LAST_STREAMS_MS;
  for (;;) {
    const { proxies } = await plane.status();
    if (proxies.length === 0 || Date.now() > end) return proxies.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

async function heapOf(api: string): Promise<number> {
  const { body } = await request(`${api}/metrics`);
  return Math.round(Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(body)?.[1]) / 2 ** 20);
}
