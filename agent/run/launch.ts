import { rmSync } from 'node:fs';
import { bootstrapFiles, prepareBootstrap, type PreparedBootstrap } from '../bootstrap/prepare-bootstrap.ts';
import { nodeIdentity, type AgentIdentity } from '../bootstrap/node-identity.ts';
import type { HostFacts } from '../host-facts.ts';
import type { Location } from '../location/location.ts';
import type { AgentLog } from '../output/agent-log.ts';
import type { NodeIdentity } from '../relay/envoy-node.ts';
import type { RunFolder } from '../run-folder.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { findEnvoy } from '../supervisor/envoy-process/envoy-binary.ts';
import { envoyEnvironment } from '../supervisor/envoy-process/envoy-environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that an Envoy is started with, from one reading of the variables. */
export type Launch = {
  readonly settings: AgentSettings;
  /** The agent's variables. */
  readonly variables: Environment;
  readonly envoy: { readonly binary: string; readonly env: Environment };
  readonly node: NodeIdentity;
  readonly bootstrap: PreparedBootstrap;
  /** Removes its files from the agent's folder, and ends what its bootstrap needs. */
  readonly discard: () => void;
};

/** Inputs of every launch, which do not change while the agent runs. */
export type LaunchBase = {
  readonly agent: AgentIdentity;
  readonly location: Location;
  readonly folder: RunFolder;
  readonly sockets: { readonly agent: string; readonly admin: string };
  readonly agentLog: AgentLog;
  readonly stop: AbortSignal;
};

/**
 * Finds Envoy, and writes its bootstrap into the agent's folder. `number`: 0 for the first one, whose bootstrap Envoy validates only if it
 * has files of the operator.
 * @throws AgentError
 */
export async function prepareLaunch(
  base: LaunchBase,
  { settings, variables, facts }: Pick<Launch, 'settings' | 'variables'> & { readonly facts: HostFacts },
  number: number,
): Promise<Launch> {
  const { folder } = base;
  const envoy = {
    binary: findEnvoy(settings.envoy),
    env: envoyEnvironment(variables, settings.envoy.variables),
  };
  const node = nodeIdentity(settings, facts, base.location, base.agent);
  const suffix = number === 0 ? '' : `-${number}`;
  const { bootstrap: bootstrapName, samplingRules } = bootstrapFiles(suffix);
  const removeFiles = (): void => {
    for (const name of [bootstrapName, samplingRules]) rmSync(folder.file(name), { force: true });
  };
  try {
    const alwaysValidate = number > 0;
    const resourceFacts = {
      resource: settings.resource,
      location: base.location,
      instance: base.agent.instance,
    };
    const bootstrap = await prepareBootstrap({
      ...base,
      settings,
      node,
      facts: resourceFacts,
      envoy,
      suffix,
      alwaysValidate,
    });
    const discard = (): void => {
      bootstrap.close();
      removeFiles();
    };
    return { settings, variables, envoy, node, bootstrap, discard };
  } catch (error) {
    removeFiles();
    throw error;
  }
}

/** The launch that Envoy is started with, and the one of the Envoy that was started last, which may not serve yet. */
export type Launches = {
  readonly current: () => Launch;
  readonly newest: () => Launch;
  /** Call this when an Envoy starts. */
  readonly starts: (launch: Launch) => void;
  /** Its Envoy serves: further Envoys are started with it. */
  readonly succeeds: (launch: Launch) => void;
};

/** Starts with the first launch. */
export function createLaunches(first: Launch): Launches {
  let current = first;
  let newest = first;
  return {
    current: () => current,
    newest: () => newest,
    starts: (launch) => void (newest = launch),
    succeeds(launch) {
      if (current !== launch) current.discard();
      current = launch;
    },
  };
}
