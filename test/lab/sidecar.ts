import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host.ts';
import type { Program } from './program.ts';
import type { Stage } from './stage.ts';

/** The only user whose traffic the rules let out: the agent and Envoy run as it. */
export const SIDECAR_UID = 1337;

/** What a host's sidecar is told. */
export type SidecarOptions = {
  /** The resource that the host stands for: `mesh/M/virtualNode/N`. */
  readonly resource: string;
  /** As APPMESH_XDS_ENDPOINT. */
  readonly xds: string;
  /** The app's ports, which traffic from outside is led through Envoy to; empty: none. */
  readonly appPorts: string;
  /** Further variables of the agent. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Makes a host what an App Mesh task was: its rules are written, then its agent runs, which runs Envoy. */
export async function startSidecar(host: Host, stage: Stage, options: SidecarOptions): Promise<Program> {
  await writeRules(host, stage, options.appPorts);
  return startAgent(host, stage, options);
}

/** Runs proxyinit on a host. Throws an error with its output when it fails. */
export async function writeRules(host: Host, { node, daybreak }: Stage, appPorts: string): Promise<void> {
  const env = { APPMESH_APP_PORTS: appPorts };
  await host.exec(node, [daybreak, 'proxyinit'], { env });
}

/** Runs an agent on a host, as uid 1337. It may be waited for with `line`. */
export function startAgent(host: Host, stage: Stage, { resource, xds, env = {} }: SidecarOptions): Program {
  // A folder that goes with the lab: an agent that is killed leaves its files there.
  const runFolder = join(host.folder, 'run');
  mkdirSync(runFolder, { recursive: true });
  chownSync(runFolder, SIDECAR_UID, SIDECAR_UID);
  return host.spawn('agent', stage.node, [stage.daybreak, 'agent'], {
    uid: SIDECAR_UID,
    log: join(host.folder, 'agent.log'),
    env: {
      APPMESH_VIRTUAL_NODE_NAME: resource,
      APPMESH_XDS_ENDPOINT: xds,
      DAYBREAK_ENVOY: stage.envoy,
      DAYBREAK_RUN_DIR: runFolder,
      ...env,
    },
  });
}
