import { Client } from 'pg';
import type { TestPostgres } from '../../../controlplane/store/testing/postgres-server.ts';
import type { Host } from '../../lab/host.ts';
import type { Replica } from '../../lab/programs/replica.ts';
import type { Accident } from './plan.ts';

/** The targets of accidents. */
export type Victims = {
  readonly replicas: readonly Replica[];
  /** The hosts of the proxies. */
  readonly proxies: readonly Host[];
  readonly postgres: TestPostgres;
  /** The database's URL. */
  readonly store: string;
};

/** Starts accidents, and ends those that last. */
export type Accidents = {
  /** Starts an accident at a step. Skips one of a replica that is already down, or of a connection that is already cut: one replica always runs. */
  begin(accident: Accident, step: number): Promise<void>;
  /** Ends the accidents that are due at a step. A replica restarts in the background. */
  endDue(step: number): Promise<void>;
  /** Ends all accidents, and waits until all replicas serve. */
  endAll(): Promise<void>;
  /** The number of accidents per kind. */
  counts(): Readonly<Partial<Record<Accident['what'], number>>>;
};

type Going = { readonly due: number; readonly end: () => Promise<void> };

/** Creates the accidents of a storm; all replicas have to run. */
export function createAccidents({ replicas, proxies, postgres, store }: Victims): Accidents {
  /** Running accidents by their target: `replicas`, or a proxy and a replica. */
  const going = new Map<string, Going>();
  const counts = new Map<Accident['what'], number>();
  let restart: Promise<void> | undefined;
  let failure: unknown;

  async function begin(accident: Accident, step: number): Promise<void> {
    const place = placeOf(accident);
    if (going.has(place) || (place === 'replicas' && restart !== undefined)) return;
    counts.set(accident.what, (counts.get(accident.what) ?? 0) + 1);
    if (accident.what === 'disconnect') return disconnect(store);
    if (accident.what === 'crash') {
      await postgres.stop('immediate');
      return postgres.start();
    }
    const { what } = accident;
    const replica = at(replicas, accident.replica);
    const due = step + accident.steps;
    if (what === 'lose' || what === 'reset') {
      const host = at(proxies, accident.proxy);
      going.set(place, { due, end: () => filter('-D', host, replica, what) });
      return filter('-I', host, replica, what);
    }
    going.set(place, { due, end: async () => void (restart = startAgain(replica)) });
    await (what === 'kill' ? replica.kill() : replica.stop());
  }

  async function startAgain(replica: Replica): Promise<void> {
    try {
      await replica.start();
      restart = undefined;
    } catch (error) {
      failure = error;
    }
  }

  async function end(isDue: (due: number) => boolean): Promise<void> {
    for (const [place, { due, end: over }] of going) {
      if (!isDue(due)) continue;
      going.delete(place);
      await over();
    }
  }

  return {
    begin,
    endDue: (step) => end((due) => due <= step),
    async endAll() {
      await end(() => true);
      await restart;
      if (failure !== undefined) throw new Error('a replica did not start again', { cause: failure });
    },
    counts: () => Object.fromEntries(counts),
  };
}

function placeOf(accident: Accident): string {
  switch (accident.what) {
    case 'kill':
    case 'stop':
      return 'replicas';
    case 'lose':
    case 'reset':
      return `proxy ${accident.proxy}, replica ${accident.replica}`;
    case 'disconnect':
    case 'crash':
      return 'store';
  }
}

/** Makes the proxy's host drop packets to and from the replica's ADS, or answer its own with a reset; or stops that. */
async function filter(
  action: '-I' | '-D',
  host: Host,
  replica: Replica,
  what: 'lose' | 'reset',
): Promise<void> {
  const { hostname, port } = new URL(replica.xds);
  const how = what === 'lose' ? ['DROP'] : ['REJECT', '--reject-with', 'tcp-reset'];
  const rules = [
    ['OUTPUT', '-p', 'tcp', '-d', hostname, '--dport', port, '-j', ...how],
    ['INPUT', '-p', 'tcp', '-s', hostname, '--sport', port, '-j', 'DROP'],
  ];
  for (const rule of rules) await host.exec('iptables', ['-w', action, ...rule]);
}

/** Makes PostgreSQL end every connection except the one of this request. */
async function disconnect(store: string): Promise<void> {
  const client = new Client(store);
  // The server may be down, or go down meanwhile.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await client.end();
  } catch {
    await client.end().catch(() => undefined);
  }
}

function at<T>(all: readonly T[], index: number): T {
  const found = all[index];
  if (found === undefined) throw new Error(`a storm has ${all.length} of them, and no number ${index}`);
  return found;
}
