import { isDeepStrictEqual } from 'node:util';
import { readAgentSettings, type AgentSettings } from '../settings/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that a new Envoy takes over. All others belong to the agent itself, which keeps running with the values of its start. */
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
  const fixedOnes = (names: readonly string[]) => areFixed(names, before, after, read);
  const alone = changed.filter((name) => fixedOnes([name]) === true);
  // Variables that are valid only together, such as a certificate and its key.
  const joined = changed.filter((name) => fixedOnes([name]) === undefined);
  const notTaken = [...alone, ...(fixedOnes(joined) === true ? joined : [])].toSorted();
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

/**
 * Whether a return to the previous values would change a setting that the agent does not take over. Undefined: the previous values are
 * invalid together with the other new ones.
 */
function areFixed(
  names: readonly string[],
  before: Environment,
  after: Environment,
  read: AgentSettings,
): boolean | undefined {
  const back = Object.fromEntries(names.map((name) => [name, before[name]]));
  try {
    return !isDeepStrictEqual(fixed(readAgentSettings({ ...after, ...back })), fixed(read));
  } catch {
    return undefined;
  }
}

function fixed(settings: AgentSettings): object {
  const isTaken = (key: string): boolean =>
    (TAKEN as readonly string[]).includes(key) ||
    // Otherwise, only Envoy's tracer sends to this address.
    (key === 'xrayDaemon' && !settings.telemetry.traces.exporters.includes('xray-daemon'));
  const rest = Object.fromEntries(Object.entries(settings).filter(([key]) => !isTaken(key)));
  const { disableHotRestart } = settings.envoy;
  return { ...rest, disableHotRestart, isOwn: settings.customConfig.own !== undefined };
}
