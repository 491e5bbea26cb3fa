import { Client } from 'pg';
import { startTestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { watchClusters } from '../test/lab/clients/ads-client.ts';
import { bundle } from '../test/lab/programs/bundle.ts';
import { appMeshClient } from '../demo/color-model.ts';
import { startLocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { createPair, FRONT, moveBack } from '../test/testing/pair-model.ts';
import type { BenchRow, RunBench } from './figures/bench.ts';
import { percentile } from './figures/percentile.ts';

const ROUNDS = 300;
const WARM_UP = 30;

/**
 * Measures two control planes on one PostgreSQL database: the time from an update at one until a proxy at the other has it. The peer is
 * the lower bound: a transaction that updates a row and notifies, until another connection has the notification and has read the row.
 */
export const run: RunBench = async ({ say }) => {
  const server = await startTestPostgres();
  try {
    say(`PostgreSQL, alone: ${ROUNDS} changes`);
    const floor = await bareNotifications(await server.database());
    say(`two control planes on it: ${ROUNDS} changes`);
    const { near, far } = await propagation(await server.database());
    const rows = [0.5, 0.99].flatMap((q): BenchRow[] => {
      const shown = q === 0.5 ? 'median' : '99th percentile';
      return [
        {
          what: `PUT until a proxy of the other control plane has it, ${shown}`,
          unit: 'ms',
          ours: percentile(far, q),
          peer: percentile(floor, q),
        },
        {
          what: `PUT until a proxy of the same control plane has it, ${shown}`,
          unit: 'ms',
          ours: percentile(near, q),
          peer: percentile(floor, q),
        },
      ];
    });
    return {
      rows,
      notes: [
        'peer: a bare row, updated and told of in one transaction, until another connection has read it',
      ],
    };
  } finally {
    await server.remove();
  }
};

async function propagation(url: string): Promise<{ near: number[]; far: number[] }> {
  const { daybreak } = await bundle();
  const where = ['--store', url];
  const one = await startLocalControlPlane(where, { program: daybreak });
  const two = await startLocalControlPlane(where, { program: daybreak });
  const client = appMeshClient(one.api);
  const near: number[] = [];
  const far: number[] = [];
  try {
    await createPair(client);
    const fronts = [watchClusters(one.ads, FRONT), watchClusters(two.ads, FRONT)];
    await Promise.all(fronts.map((front) => front.has('first.local')));
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const hostname = `round-${round}.local`;
      const start = performance.now();
      const [nearMs = 0, farMs = 0] = await Promise.all([
        ...fronts.map((front) => front.has(hostname).then(() => performance.now() - start)),
        moveBack(client, hostname),
      ]).then((times) => times.map(Number));
      if (round < 0) continue;
      near.push(nearMs);
      far.push(farMs);
    }
    for (const front of fronts) front.close();
  } finally {
    client.destroy();
    await Promise.all([one.stop(), two.stop()]);
  }
  return { near, far };
}

async function bareNotifications(url: string): Promise<number[]> {
  const [writer, reader] = [new Client(url), new Client(url)];
  const times: number[] = [];
  try {
    await Promise.all([writer.connect(), reader.connect()]);
    await writer.query('create table bare (id int primary key, body text); insert into bare values (1)');
    await reader.query('listen bare');
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const start = performance.now();
      const told = new Promise<void>((resolve) => reader.once('notification', () => resolve()));
      await writer.query(
        `update bare set body = 'round ${round}' where id = 1; select pg_notify('bare', '${round}')`,
      );
      await told;
      await reader.query('select body from bare where id = 1');
      if (round >= 0) times.push(performance.now() - start);
    }
  } finally {
    await Promise.all([writer.end(), reader.end()]);
  }
  return times;
}
