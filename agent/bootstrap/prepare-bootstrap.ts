import { coded } from '../codes.ts';
import { mergeFiles } from '../custom-config/merge-files.ts';
import { ownBootstrapArgs } from '../custom-config/own-bootstrap.ts';
import { validateBootstrap } from '../custom-config/validate-bootstrap.ts';
import { bootstrapRefused } from '../errors.ts';
import type { AgentLog } from '../output/agent-log.ts';
import type { NodeIdentity } from '../relay/envoy-node.ts';
import type { RunFolder } from '../run-folder.ts';
import type { AgentSettings } from '../settings/settings.ts';
import type { ResourceFacts } from '../telemetry/resource/resource.ts';
import type { SourceAttributes } from '../tracing/bootstrap-opentelemetry.ts';
import { checkSamplingManifest, samplingRules } from '../tracing/sampling-rules.ts';
import { bootstrap, type BootstrapPaths } from './bootstrap.ts';
import type { LateCollector } from './late-collector.ts';
import { resolveCollectors } from './resolve-collectors.ts';

/** Where Envoy's bootstrap comes from, as `GET /status` shows it. */
export type BootstrapOrigin =
  | { readonly kind: 'generated' }
  | { readonly kind: 'merged'; readonly files: readonly string[] }
  /** No relay, no last good configuration: Envoy connects to its control plane itself. */
  | { readonly kind: 'own bootstrap'; readonly file: string };

/** The bootstrap that Envoy is started with. */
export type PreparedBootstrap = {
  /** The generated bootstrap; undefined for one of the operator's own. */
  readonly file: string | undefined;
  /** Envoy's arguments that name it. */
  readonly args: readonly string[];
  readonly origin: BootstrapOrigin;
  /** Collectors of telemetry whose names do not resolve, and why. */
  readonly leftOut: () => readonly string[];
  /** Ends the search for these collectors. */
  readonly close: () => void;
};

/** Inputs of `prepareBootstrap`. */
export type PrepareOptions = {
  readonly settings: AgentSettings;
  readonly node: NodeIdentity;
  readonly facts: ResourceFacts;
  readonly folder: RunFolder;
  readonly sockets: { readonly agent: string; readonly admin: string };
  readonly agentLog: AgentLog;
  /** Envoy's binary and environment, for the validation of files. */
  readonly envoy: {
    readonly binary: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  };
  /** Ends a validation early. */
  readonly stop: AbortSignal;
  /** The end of the files' names, which keeps them apart from those of the running Envoy. Default: empty. */
  readonly suffix?: string;
  /** Whether Envoy validates the bootstrap even without a file of the operator. Default: no. */
  readonly alwaysValidate?: boolean;
};

const NAMES = ['bootstrap', 'sampling-rules'] as const;

/** Returns the names of the files that `prepareBootstrap` writes, by their suffix. */
export function bootstrapFiles(suffix: string): {
  readonly bootstrap: string;
  readonly samplingRules: string;
} {
  const [bootstrapName, rules] = NAMES;
  return { bootstrap: `${bootstrapName}${suffix}.json`, samplingRules: `${rules}${suffix}.json` };
}

/**
 * Writes Envoy's bootstrap, and the files that it names, into the agent's folder. If the operator gave files for it, Envoy reads the
 * result once before its start, because a refused file would use up the restarts.
 * @throws AgentError if the folder cannot be written, a file is missing or invalid, or Envoy refuses the bootstrap
 */
export async function prepareBootstrap(options: PrepareOptions): Promise<PreparedBootstrap> {
  const { own, merged } = options.settings.customConfig;
  if (own !== undefined) {
    const args = ownBootstrapArgs(own, options.sockets.admin);
    await validate(options, args, [`ENVOY_CONFIG_FILE=${own}`]);
    return { file: undefined, args, origin: { kind: 'own bootstrap', file: own }, ...NONE_LATE };
  }
  const { file, late } = await generate(options);
  const close = (): void => late.forEach((each) => each.close());
  const args = ['-c', file];
  const files = merged.map(({ variable, path }) => `${variable}=${path}`);
  try {
    if (files.length > 0 || options.alwaysValidate === true) await validate(options, args, files);
  } catch (error) {
    close();
    throw error;
  }
  const origin = files.length === 0 ? { kind: 'generated' as const } : { kind: 'merged' as const, files };
  const leftOut = (): readonly string[] => late.flatMap((each) => each.problem() ?? []);
  return { file, args, origin, leftOut, close };
}

const NONE_LATE = { leftOut: () => [], close: () => undefined };

async function generate(
  options: PrepareOptions,
): Promise<{ readonly file: string; readonly late: readonly LateCollector[] }> {
  const { log } = options.agentLog;
  const { settings, late } = await resolveCollectors(options.settings, { log });
  for (const each of late) log.error(coded('NAME_UNRESOLVED'), each.problem());
  try {
    return { file: await writeBootstrap(options, settings), late };
  } catch (error) {
    for (const each of late) each.close();
    throw error;
  }
}

/** Writes the bootstrap of settings in which each collector has an address. Returns its path. */
async function writeBootstrap(options: PrepareOptions, settings: AgentSettings): Promise<string> {
  const { folder, node, agentLog } = options;
  const names = bootstrapFiles(options.suffix ?? '');
  const paths = { ...options.sockets, samplingRules: folder.file(names.samplingRules) };
  writeSamplingRules(settings, folder, names.samplingRules);
  const source = await sourceAttributes(settings, options.facts);
  const generated = bootstrap(settings, node, paths satisfies BootstrapPaths, agentLog.form, source);
  const { merged } = settings.customConfig;
  const whole = merged.length === 0 ? generated : await mergeFiles(generated, merged, agentLog.log);
  folder.write(names.bootstrap, JSON.stringify(whole));
  return folder.file(names.bootstrap);
}

/** The names of attributes are loaded only for the tracer that uses them. */
async function sourceAttributes(
  { tracing, telemetry }: AgentSettings,
  facts: ResourceFacts,
): Promise<SourceAttributes> {
  if (tracing?.kind !== 'opentelemetry') return {};
  const { resourceAttributes } = await import('../telemetry/resource/resource.ts');
  return resourceAttributes(telemetry.resource, facts);
}

function writeSamplingRules({ tracing }: AgentSettings, folder: RunFolder, name: string): void {
  if (tracing?.kind !== 'xray') return;
  const { sampling } = tracing;
  if (sampling.kind === 'manifest') checkSamplingManifest(sampling.path);
  if (sampling.kind === 'rate') folder.write(name, samplingRules(sampling.rate));
}

async function validate(
  options: PrepareOptions,
  args: readonly string[],
  files: readonly string[],
): Promise<void> {
  const { envoy, folder, agentLog, stop } = options;
  const outputPath = folder.file(`validation${options.suffix ?? ''}`);
  const verdict = await validateBootstrap({ ...envoy, args, outputPath, signal: stop });
  if (verdict.kind === 'refused') throw bootstrapRefused(files, verdict.words);
  if (verdict.kind === 'unknown') {
    agentLog.log.warn({ files }, `Envoy did not validate the bootstrap: ${verdict.why}; starting with it`);
  }
}
