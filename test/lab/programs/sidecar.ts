import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import { nodeFlags } from './node-flags.ts';
import type { Program } from './program.ts';
import type { Stage } from '../stage.ts';

/** The only user whose traffic bypasses the redirection: the agent and Envoy run as it. */
export const SIDECAR_UID = 1337;

/** Options of a host's sidecar. */
export type SidecarOptions = {
  /** The resource that the host represents: `mesh/M/virtualNode/N`. */
  readonly resource: string;
  /** The value of APPMESH_XDS_ENDPOINT. */
  readonly xds: string;
  /** The app's ports, whose inbound traffic is redirected through Envoy; empty: none. */
  readonly appPorts: string;
  /** Further variables of the agent. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Sets a host up like an App Mesh task: writes its traffic rules, then starts its agent, which starts Envoy. */
export async function startSidecar(host: Host, stage: Stage, options: SidecarOptions): Promise<Program> {
  await writeRules(host, stage, options.appPorts);
  return startAgent(host, stage, options);
}

/** Runs proxyinit on a host. @throws Error with its output if it fails */
export async function writeRules(host: Host, { node, daybreak }: Stage, appPorts: string): Promise<void> {
  const env = { APPMESH_APP_PORTS: appPorts };
  await host.exec(node, [daybreak, 'proxyinit'], { env });
}

/** Starts an agent on a host, as uid 1337, with the installed command's flags of Node. Wait for it with `line`. */
export function startAgent(host: Host, stage: Stage, { resource, xds, env = {} }: SidecarOptions): Program {
  // A folder that is removed with the lab, because a killed agent leaves its files there.
  const runFolder = join(host.folder, 'run');
  mkdirSync(runFolder, { recursive: true });
  chownSync(runFolder, SIDECAR_UID, SIDECAR_UID);
  return host.spawn('agent', stage.node, [...nodeFlags('agent'), stage.daybreak, 'agent'], {
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
