import { join } from 'node:path';
import type { Status } from '../../../controlplane/status/status.ts';
import { request } from '../clients/http.ts';
import type { Host } from '../host.ts';
import type { Program } from './program.ts';
import type { Stage } from '../stage.ts';

/** A control plane that runs on a host. */
export type ControlPlane = {
  readonly program: Program;
  /** The URL of the App Mesh API, for the test process and every host. */
  readonly endpoint: string;
  /** The value of APPMESH_XDS_ENDPOINT for agents. */
  readonly xds: string;
  status(): Promise<Status>;
};

const API_PORT = 8080;
const ADS_PORT = 18_000;

/**
 * Starts a control plane with its model in the host's folder, and waits until it serves. A second start continues with the same model. `more`:
 * further flags and variables.
 */
export async function startControlPlane(
  host: Host,
  { node, daybreak }: Stage,
  more: { readonly flags?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ControlPlane> {
  const args = ['controlplane', '--data', join(host.folder, 'model'), '--insecure', ...(more.flags ?? [])];
  const listen = ['--api', `${host.address}:${API_PORT}`, '--ads', `${host.address}:${ADS_PORT}`];
  const program = host.spawn('controlplane', node, [daybreak, ...args, ...listen], {
    log: join(host.folder, 'controlplane.log'),
    env: more.env ?? {},
  });
  await program.line(/"ready":true/);
  const endpoint = `http://${host.address}:${API_PORT}`;
  return {
    program,
    endpoint,
    xds: `http://${host.address}:${ADS_PORT}`,
    status: async () => JSON.parse((await request(`${endpoint}/status`)).body) as Status,
  };
}
