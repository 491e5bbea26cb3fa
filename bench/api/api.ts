// The cost of a durable write through the API, on both engines, compared with a single insert into the same engine; and the cost of a start.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../controlplane/store/sqlite/sqlite.ts';
import { openPostgresStore } from '../../controlplane/store/postgres/postgres.ts';
import type { Store } from '../../controlplane/store/store.ts';
import { startTestPostgres } from '../../controlplane/store/testing/postgres-server.ts';
import { createLog } from '../../common/log.ts';
import { bundle } from '../../test/lab/programs/bundle.ts';
import { keepAlive, request } from '../../test/lab/clients/http.ts';
import { startLocalControlPlane } from '../../test/lab/programs/local-control-plane.ts';
import { bareInsertPostgres, bareInsertSqlite } from './bare-insert.ts';
import { BenchUsageError, type BenchRow, type RunBench } from '../figures/bench.ts';
import { inParallel, type Load } from './load.ts';
import { MESH, largeModel, nodeSpec } from './large-model.ts';
import { percentile } from '../figures/percentile.ts';

const CONNECTIONS = [1, 32] as const;
const STARTS = 5;
const RESOURCES = 10_000;

type Engine = {
  readonly name: string;
  /** The flags of the control plane for a new, empty store. */
  where(): Promise<readonly string[]>;
  open(where: readonly string[]): Promise<Store>;
  bareInsert(connections: number, body: string): Promise<Load>;
};

/** Measures the engines that the arguments name: sqlite, postgres; default both. */
export const run: RunBench = async ({ args, say }) => {
  const wanted = args.length === 0 ? ['sqlite', 'postgres'] : args;
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-bench-'));
  const server = wanted.includes('postgres') ? await startTestPostgres() : undefined;
  try {
    const engines: Readonly<Record<string, Engine>> = {
      sqlite: sqlite(folder),
      ...(server && { postgres: postgres(() => server.database()) }),
    };
    const { daybreak } = await bundle();
    const rows: BenchRow[] = [];
    for (const name of wanted) {
      const engine = Object.hasOwn(engines, name) ? engines[name] : undefined;
      if (engine === undefined) throw new BenchUsageError(`${name}: an engine has to be sqlite or postgres`);
      rows.push(...(await writes(engine, daybreak, say)), ...(await starts(engine, daybreak, say)));
    }
    return { rows, notes: NOTES };
  } finally {
    await server?.remove();
    await rm(folder, { recursive: true });
  }
};

const NOTES = [
  'writes: UpdateVirtualNode of about 1 kB, each connection another node of one mesh of 32; client and server on this machine.',
  'peer of the writes: an insert of as many bytes into the same engine, over as many connections (SQLite has one).',
  'start: from starting the process until it serves, median; its peer is the same with an empty store.',
];

function sqlite(folder: string): Engine {
  let count = 0;
  const fresh = (): string => join(folder, `sqlite-${(count += 1)}`);
  return {
    name: 'sqlite',
    where: async () => ['--data', fresh()],
    open: async ([, place = '']) => openSqliteStore({ folder: place }),
    bareInsert: (_connections, body) => bareInsertSqlite(fresh(), body),
  };
}

function postgres(database: () => Promise<string>): Engine {
  return {
    name: 'postgres',
    where: async () => ['--store', await database()],
    open: ([, url = '']) => openPostgresStore({ url, log: createLog('bench', 'silent') }),
    bareInsert: async (connections, body) => bareInsertPostgres(await database(), connections, body),
  };
}

async function writes(engine: Engine, daybreak: string, say: (line: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const controlPlane = await startLocalControlPlane(await engine.where(), { program: daybreak });
  const nodes = `${controlPlane.api}/v20190125/meshes/${MESH}/virtualNodes`;
  const agent = keepAlive(Math.max(...CONNECTIONS));
  const put = async (url: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(url, { method: 'PUT', agent, headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`PUT ${url}: ${answer.status} ${answer.body}`);
  };
  try {
    await put(`${controlPlane.api}/v20190125/meshes`, { meshName: MESH });
    for (let index = 0; index < Math.max(...CONNECTIONS); index += 1) {
      await put(nodes, { virtualNodeName: `node-${index}`, spec: nodeSpec('first') });
    }
    for (const connections of CONNECTIONS) {
      say(`${engine.name}, writes over ${connections} connection(s)`);
      let round = 0;
      const ours = await inParallel(connections, (index) =>
        put(`${nodes}/node-${index}`, { spec: nodeSpec(`round-${(round += 1)}`) }),
      );
      const bare = await engine.bareInsert(connections, JSON.stringify(nodeSpec('bare')));
      const title = `${engine.name}, ${connections} connection${connections === 1 ? '' : 's'}`;
      rows.push(
        { what: `${title}: durable writes`, unit: '1/s', ours: ours.perSecond, peer: bare.perSecond },
        {
          what: `${title}: a write, median`,
          unit: 'ms',
          ours: percentile(ours.times, 0.5),
          peer: percentile(bare.times, 0.5),
        },
        {
          what: `${title}: a write, 99th percentile`,
          unit: 'ms',
          ours: percentile(ours.times, 0.99),
          peer: percentile(bare.times, 0.99),
        },
      );
    }
  } finally {
    agent.destroy();
    await controlPlane.stop();
  }
  return rows;
}

async function starts(engine: Engine, daybreak: string, say: (line: string) => void): Promise<BenchRow[]> {
  say(`${engine.name}, starts with ${RESOURCES} resources`);
  const [full, empty] = [await engine.where(), await engine.where()];
  const store = await engine.open(full);
  await store.replace({ revision: 0, resources: largeModel(RESOURCES), tokens: [], history: [] }, false);
  await store.close();
  const ours = await startTimes(full, daybreak);
  const peer = await startTimes(empty, daybreak);
  const what = `${engine.name}: start with ${RESOURCES.toLocaleString('en')} resources`;
  return [{ what, unit: 'ms', ours: percentile(ours, 0.5), peer: percentile(peer, 0.5) }];
}

async function startTimes(where: readonly string[], daybreak: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const start = performance.now();
    const controlPlane = await startLocalControlPlane(where, { program: daybreak });
    times.push(performance.now() - start);
    await controlPlane.stop();
  }
  return times;
}
