import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CreateVirtualNodeCommand,
  DescribeVirtualNodeCommand,
  ListMeshesCommand,
} from '@aws-sdk/client-app-mesh';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { appMeshClient } from '../demo/color-model.ts';
import { watchClusters, type ClusterWatcher } from './lab/clients/ads-client.ts';
import { keepAlive, request, type Answer } from './lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { createPair, FRONT, moveBack, PAIR } from './testing/pair-model.ts';

// Several control planes on one PostgreSQL database; and two concurrent writers, on each engine.

let server: TestPostgres;
let folder: string;
beforeAll(async () => {
  server = await startTestPostgres();
  folder = await mkdtemp(join(tmpdir(), 'daybreak-replicas-'));
});
afterAll(async () => {
  await server?.remove();
  await rm(folder, { recursive: true });
});

describe('two control planes on one database', () => {
  let url: string;
  let one: LocalControlPlane;
  let two: LocalControlPlane;
  let fronts: readonly ClusterWatcher[];
  beforeAll(async () => {
    url = await server.database();
    // Both start at once on an empty database: one of them creates the schema.
    [one, two] = await Promise.all([
      startLocalControlPlane(['--store', url]),
      startLocalControlPlane(['--store', url]),
    ]);
    await createPair(appMeshClient(one.api));
    fronts = [one, two].map(({ ads }) => watchClusters(ads, FRONT));
    await Promise.all(fronts.map((front) => front.has('first.local')));
  });
  afterAll(async () => {
    for (const front of fronts ?? []) front.close();
    await Promise.all([one?.stop(), two?.stop()]);
  });

  test('a change through one replica reaches the proxies of both', async () => {
    await moveBack(appMeshClient(two.api), 'by-two.local');
    await Promise.all(fronts.map((front) => front.has('by-two.local')));
    await moveBack(appMeshClient(one.api), 'by-one.local');
    await Promise.all(fronts.map((front) => front.has('by-one.local')));
  });

  test('a write that one replica has answered is visible through the other, for reads and as a parent', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [writer, reader] = round % 2 === 0 ? [one, two] : [two, one];
      const node = { meshName: PAIR, virtualNodeName: `n${round}` };
      await appMeshClient(writer.api).send(new CreateVirtualNodeCommand({ ...node, spec: {} }));
      const { virtualNode } = await appMeshClient(reader.api).send(new DescribeVirtualNodeCommand(node));
      expect(virtualNode?.virtualNodeName).toBe(node.virtualNodeName);
    }
  });

  test('a replica that was killed and restarted has all writes of the other', async () => {
    await one.kill();
    await moveBack(appMeshClient(two.api), 'meanwhile.local');
    one = await startLocalControlPlane(['--store', url]);
    const late = watchClusters(one.ads, FRONT);
    await late.has('meanwhile.local');
    late.close();
    expect((await one.status()).revision).toBe((await two.status()).revision);
  });
});

test('the quota of meshes holds if two control planes create meshes at once', async () => {
  const flags = ['--store', await server.database(), '--quotas', 'meshes=7'];
  const planes = await Promise.all([startLocalControlPlane(flags), startLocalControlPlane(flags)]);
  const agent = keepAlive(20);
  try {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        request(`${planes[index % 2 === 0 ? 0 : 1].api}/v20190125/meshes`, {
          method: 'PUT',
          agent,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ meshName: `m${index}` }),
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(answers.filter(({ body }) => body.includes('Mesh limit exceeded'))).toHaveLength(33);
    for (const { api } of planes) {
      const { meshes } = await appMeshClient(api).send(new ListMeshesCommand({}));
      expect(meshes).toHaveLength(7);
    }
  } finally {
    agent.destroy();
    await Promise.all(planes.map((plane) => plane.stop()));
  }
});

describe('concurrent writers on one mesh lose no write', () => {
  test.each([
    ['postgres, through two control planes', true],
    ['sqlite, through one', false],
  ])('%s', async (_, isShared) => {
    const where = isShared ? ['--store', await server.database()] : ['--data', join(folder, 'model')];
    const first = await startLocalControlPlane(where);
    const second = isShared ? await startLocalControlPlane(where) : first;
    const apis = [first.api, second.api];
    try {
      await createPair(appMeshClient(first.api));
      const updates = await Promise.all(
        apis.flatMap((api, writer) => [hammer(api, writer, 'a'), hammer(api, writer, 'b')]),
      );
      const { done, refused } = updates.reduce((sum, part) => ({
        done: sum.done + part.done,
        refused: sum.refused + part.refused,
      }));
      // Each successful update has incremented the version by one: no update overwrote a state that it had not seen.
      const back = { meshName: PAIR, virtualNodeName: 'back' };
      for (const api of apis) {
        const { virtualNode } = await appMeshClient(api).send(new DescribeVirtualNodeCommand(back));
        expect(virtualNode?.metadata?.version).toBe(1 + done);
      }
      expect(refused).toBe(0);
      const names = await Promise.all(apis.map(nodeNames));
      const made = ['a', 'b'].flatMap((tag) => [0, 1].flatMap((writer) => namesOf(writer, tag)));
      expect(names[0]).toEqual(names[1]);
      expect(names[0]).toEqual(['back', 'front', ...made].toSorted());
    } finally {
      await Promise.all([...new Set([first, second])].map((each) => each.stop()));
    }
  });
});

const ROUNDS = 40;

function namesOf(writer: number, tag: string): readonly string[] {
  return Array.from({ length: ROUNDS }, (_, round) => `${tag}-${writer}-${round}`);
}

/** Creates virtual nodes one after another, and after each updates a node that all writers update. */
async function hammer(api: string, writer: number, tag: string): Promise<{ done: number; refused: number }> {
  const agent = keepAlive(1);
  const nodes = `${api}/v20190125/meshes/${PAIR}/virtualNodes`;
  const put = (url: string, body: object): Promise<Answer> =>
    request(url, {
      method: 'PUT',
      agent,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const counts = { done: 0, refused: 0 };
  for (const name of namesOf(writer, tag)) {
    const answers = [
      await put(nodes, { virtualNodeName: name, spec: {} }),
      await put(`${nodes}/back`, {
        spec: {
          listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
          serviceDiscovery: { dns: { hostname: `${name}.local` } },
        },
      }),
    ];
    counts.refused += answers.filter(({ status }) => status !== 200).length;
    if (answers[1]?.status === 200) counts.done += 1;
  }
  agent.destroy();
  return counts;
}

async function nodeNames(api: string): Promise<readonly string[]> {
  const names: string[] = [];
  let next: string | undefined;
  do {
    const query = next === undefined ? '' : `?nextToken=${encodeURIComponent(next)}`;
    const { body } = await request(`${api}/v20190125/meshes/${PAIR}/virtualNodes${query}`);
    const page = JSON.parse(body) as { virtualNodes: { virtualNodeName: string }[]; nextToken?: string };
    names.push(...page.virtualNodes.map(({ virtualNodeName }) => virtualNodeName));
    next = page.nextToken;
  } while (next !== undefined);
  return names;
}
