import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBackup } from '../controlplane/backup/format.ts';
import type { Resource } from '../controlplane/mesh/resource.ts';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { request } from './lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { until } from './lab/until.ts';
import { makeMeshes, send, specOf, writeUntilFailure, type Written } from './testing/write-stream.ts';

// kill -9 at random moments during a stream of writes: every acknowledged write is kept, and no other write is half done.

/** For a long run: `DAYBREAK_CRASHES=100 npm test -- test/crash`. */
const CRASHES = Number(process.env['DAYBREAK_CRASHES'] ?? 10);
const LONGEST_MS = 400;
/** A round is a start, a kill and two reads of all nodes: some seconds, but not on a busy machine. */
const ROUND_LIMIT_MS = 60_000;
/** Two writers per mesh: they contend within the mesh, and the meshes contend for the disk. */
const WRITERS = ['one', 'two', 'one', 'two'] as const;

let server: TestPostgres;
let folder: string;
beforeAll(async () => {
  server = await startTestPostgres();
  folder = await mkdtemp(join(tmpdir(), 'daybreak-crash-'));
});
afterAll(async () => {
  await server?.remove();
  await rm(folder, { recursive: true });
});

test.each([
  ['sqlite: the control plane is killed', 'sqlite', ['control plane']],
  ['postgres: the control plane or the server is killed', 'postgres', ['control plane', 'server']],
] as const)('%s', { timeout: 300_000 + CRASHES * ROUND_LIMIT_MS }, async (_, engine, victims) => {
  const where =
    engine === 'sqlite' ? ['--data', join(folder, 'model')] : ['--store', await server.database()];
  const history: Written[] = [];
  const flags = [...where, '--quotas', 'virtualNodes=1000000'];
  let controlPlane = await startLocalControlPlane(flags);
  try {
    await makeMeshes(controlPlane.api, [...new Set(WRITERS)]);
    const answers = () => history.reduce((sum, { answered }) => sum + answered, 0);
    // A busy machine may answer nothing before a kill: then there are further ones.
    for (let round = 0; round < CRASHES || answers() <= CRASHES; round += 1) {
      const stop = new AbortController();
      const writing = WRITERS.map((mesh, writer) =>
        writeUntilFailure(controlPlane.api, mesh, `${round}-${writer}`, stop.signal),
      );
      await sleep(Math.random() * LONGEST_MS);
      if (victims[round % victims.length] === 'server') await server.kill();
      else await controlPlane.kill();
      stop.abort();
      history.push(...(await Promise.all(writing)).flat());
      if (victims[round % victims.length] === 'server') await server.start();
      else controlPlane = await startLocalControlPlane(flags);
      await verify(controlPlane, history);
    }
  } finally {
    await controlPlane.stop();
  }
});

/** Compares all writes so far with the contents of the store, then resolves the writes with an unknown outcome. */
async function verify({ api }: LocalControlPlane, history: readonly Written[]): Promise<void> {
  const held = await until('the store', () => virtualNodes(api), { limitMs: 120_000 });
  const names = new Set(history.map(({ name }) => name));
  expect([...held.keys()].filter((name) => !names.has(name))).toEqual([]);
  expect(history.map((written) => fault(written, held.get(written.name))).filter(Boolean)).toEqual([]);
  // A client without an answer sends its call again, with the same token: the write happens once.
  const unanswered = history.filter(({ sent, answered }) => answered < sent);
  for (const written of unanswered) {
    await until('an answer', async () => {
      expect(await send(api, written, written.sent)).toMatchObject({ status: 200 });
      return true;
    });
    written.answered = written.sent;
  }
  const after = await virtualNodes(api);
  expect(history.map((written) => fault(written, after.get(written.name))).filter(Boolean)).toEqual([]);
}

/** Describes a wrong outcome of a write; undefined if the outcome is allowed. */
function fault({ name, sent, answered }: Written, held: Resource | undefined): string | undefined {
  const version = held?.version ?? 0;
  if (version < answered) return `${name}: version ${answered} was answered, and it has ${version}`;
  if (version > sent) return `${name}: version ${sent} was sent, and it has ${version}`;
  const isWhole = held === undefined || isDeepStrictEqual(held.spec, specOf(version));
  return isWhole ? undefined : `${name}: version ${version} has ${JSON.stringify(held.spec)}`;
}

async function virtualNodes(api: string): Promise<ReadonlyMap<string, Resource>> {
  const { status, body } = await request(`${api}/backup`);
  if (status !== 200) throw new Error(body);
  const { resources } = readBackup(body, 'the store').contents;
  return new Map(
    resources.filter(({ kind }) => kind === 'virtualNode').map((resource) => [resource.name, resource]),
  );
}
