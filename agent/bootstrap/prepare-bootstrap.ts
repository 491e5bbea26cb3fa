import type { AgentLog } from '../output/agent-log.ts';
import type { NodeIdentity } from '../relay/relay.ts';
import type { RunFolder } from '../run-folder.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { checkSamplingManifest, samplingRules } from '../tracing/sampling-rules.ts';
import { bootstrap } from './bootstrap.ts';
import { resolveCollectors } from './resolve-collectors.ts';

/** The bootstrap that Envoy is started with. */
export type PreparedBootstrap = {
  readonly path: string;
  /** Collectors of telemetry that are left out, and why. */
  readonly leftOut: readonly string[];
};

/** Inputs of `prepareBootstrap`. */
export type PrepareOptions = {
  readonly settings: AgentSettings;
  readonly node: NodeIdentity;
  readonly folder: RunFolder;
  readonly sockets: { readonly agent: string; readonly admin: string };
  readonly agentLog: AgentLog;
};

const BOOTSTRAP = 'bootstrap.json';
const SAMPLING_RULES = 'sampling-rules.json';

/**
 * Writes Envoy's bootstrap, and the files that it names, into the agent's folder.
 * @throws AgentError if the folder cannot be written, or a file of the operator is missing or invalid
 */
export async function prepareBootstrap(options: PrepareOptions): Promise<PreparedBootstrap> {
  const { folder, agentLog } = options;
  const { settings, leftOut } = await resolveCollectors(options.settings);
  for (const line of leftOut) agentLog.log.error(line);
  const { tracing } = settings;
  if (tracing?.kind === 'xray' && tracing.sampling.kind === 'manifest') {
    checkSamplingManifest(tracing.sampling.path);
  }
  if (tracing?.kind === 'xray' && tracing.sampling.kind === 'rate') {
    folder.write(SAMPLING_RULES, samplingRules(tracing.sampling.rate));
  }
  const paths = { ...options.sockets, samplingRules: folder.file(SAMPLING_RULES) };
  folder.write(BOOTSTRAP, JSON.stringify(bootstrap(settings, options.node, paths, agentLog.form)));
  return { path: folder.file(BOOTSTRAP), leftOut };
}
