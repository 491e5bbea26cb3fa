import { join } from 'node:path';
import type { Status } from '../../../controlplane/status/status.ts';
import type { Host } from '../host.ts';
import { request } from '../clients/http.ts';
import type { Program } from './program.ts';
import type { Stage } from '../stage.ts';

/** A control plane on a database, which can be stopped and restarted at the same address. */
export type Replica = {
  readonly host: Host;
  /** The URL of the App Mesh API, for the test process and every host. */
  readonly endpoint: string;
  /** The value of APPMESH_XDS_ENDPOINT for agents. */
  readonly xds: string;
  /** Starts the replica, and waits until it serves. */
  start(): Promise<void>;
  /** Sends SIGKILL, and waits until it has ended. */
  kill(): Promise<void>;
  /** Sends SIGTERM, as an operator would, and returns the exit code. */
  stop(): Promise<number | undefined>;
  /** Undefined while the replica does not run. */
  status(): Promise<Status | undefined>;
};

const API_PORT = 8080;
const ADS_PORT = 18_000;
/** A start waits up to 30 s for a store that is unavailable. */
const START_LIMIT_MS = 120_000;

/** Creates a replica that does not run yet. `store`: the URL of a PostgreSQL database on a Unix socket, because hosts share files. */
export function createReplica(host: Host, { node, daybreak }: Stage, store: string): Replica {
  const endpoint = `http://${host.address}:${API_PORT}`;
  const listen = ['--api', `${host.address}:${API_PORT}`, '--ads', `${host.address}:${ADS_PORT}`];
  const args = [daybreak, 'controlplane', '--store', store, '--insecure', ...listen];
  let program: Program | undefined;

  async function end(signal: NodeJS.Signals): Promise<number | undefined> {
    program?.kill(signal);
    const ended = await program?.ended;
    program = undefined;
    return ended?.code;
  }

  return {
    host,
    endpoint,
    xds: `http://${host.address}:${ADS_PORT}`,
    async start() {
      program = host.spawn('controlplane', node, args, { log: join(host.folder, 'controlplane.log') });
      await program.line(/"ready":true/, START_LIMIT_MS);
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    status: async () =>
      program === undefined ? undefined : (JSON.parse((await request(`${endpoint}/status`)).body) as Status),
  };
}
