import type { AgentSettings } from '../settings/settings.ts';

/**
 * Returns Envoy's arguments. Envoy has one drain time for changed filter chains, stops and hot restarts. It is set to the time for
 * filter chains, because the agent itself ends a stop. Envoy's default strategy would ask callers gradually over that time to close
 * their connections. At the log level `info`, Envoy's list of extensions (110 lines at each start) is left out, and with it the other `info`
 * lines of the logger `main`. `bootstrapArgs` name the bootstrap; `logLevel` is the configured one by default.
 */
export function envoyArgs(
  { envoy, drainSeconds }: AgentSettings,
  bootstrapArgs: readonly string[],
  logLevel: AgentSettings['envoy']['logLevel'] = envoy.logLevel,
): readonly string[] {
  return [
    ...bootstrapArgs,
    '-l',
    logLevel,
    ...(logLevel === 'info' ? ['--component-log-level', 'main:warning'] : []),
    ...(envoy.concurrency === undefined ? [] : ['--concurrency', `${envoy.concurrency}`]),
    '--drain-time-s',
    `${envoy.listenerDrainSeconds}`,
    '--drain-strategy',
    'immediate',
    '--parent-shutdown-time-s',
    `${drainSeconds}`,
    ...(envoy.disableHotRestart ? ['--disable-hot-restart'] : []),
    ...(envoy.skipDeprecatedLogs ? ['--skip-deprecated-logs'] : []),
  ];
}
