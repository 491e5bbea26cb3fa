import { isDeepStrictEqual } from 'node:util';
import { readAgentSettings, type AgentSettings } from '../settings/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that a new Envoy takes over. All others belong to the agent itself, which goes on as it was started. */
const TAKEN = [
  'cluster',
  'envoy',
  'stats',
  'tracing',
  'traceContext',
  'appAddress',
  'runtime',
  'customConfig',
  'drainSeconds',
] as const satisfies readonly (keyof AgentSettings)[];

/** The settings of the next Envoy. */
export type ChangedSettings = {
  readonly settings: AgentSettings;
  /** The variables that they were compiled from. */
  readonly env: Environment;
  /** Changed variables that take effect only at the next start of the agent. */
  readonly notTaken: readonly string[];
};

/**
 * Compiles the settings of the next Envoy from new variables.
 * @throws SettingsError with all problems of the new variables
 */
export function changedSettings(
  running: AgentSettings,
  before: Environment,
  after: Environment,
): ChangedSettings {
  const read = readAgentSettings(after);
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => (before[name]?.trim() ?? '') !== (after[name]?.trim() ?? ''),
  );
  const notTaken = changed.filter((name) => isFixed(name, before, after, read)).toSorted();
  // Defaults of Envoy's settings, such as names, come from settings that are not taken over.
  const env = { ...after, ...Object.fromEntries(notTaken.map((name) => [name, before[name]])) };
  return { settings: merge(running, readAgentSettings(env)), env, notTaken };
}

function merge(running: AgentSettings, read: AgentSettings): AgentSettings {
  const taken = Object.fromEntries(TAKEN.map((key) => [key, read[key]]));
  const { disableHotRestart } = running.envoy;
  const isOwn = (settings: AgentSettings) => settings.customConfig.own !== undefined;
  return {
    ...running,
    ...taken,
    envoy: { ...read.envoy, disableHotRestart },
    // A bootstrap of the operator's own has no relay, which the agent opens once.
    customConfig: isOwn(running) === isOwn(read) ? read.customConfig : running.customConfig,
  };
}

/** Whether going back to the value before would change a setting that the agent does not take over. */
function isFixed(name: string, before: Environment, after: Environment, read: AgentSettings): boolean {
  try {
    return !isDeepStrictEqual(fixed(readAgentSettings({ ...after, [name]: before[name] })), fixed(read));
  } catch {
    // The value before does not go together with the other new ones.
    return false;
  }
}

function fixed(settings: AgentSettings): object {
  const isTaken = (key: string): boolean =>
    (TAKEN as readonly string[]).includes(key) ||
    // Otherwise, only Envoy's tracer sends there.
    (key === 'xrayDaemon' && !settings.telemetry.traces.exporters.includes('xray-daemon'));
  const rest = Object.fromEntries(Object.entries(settings).filter(([key]) => !isTaken(key)));
  const { disableHotRestart } = settings.envoy;
  return { ...rest, disableHotRestart, isOwn: settings.customConfig.own !== undefined };
}
