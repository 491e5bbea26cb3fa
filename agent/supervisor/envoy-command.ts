import type { AgentSettings } from '../settings/settings.ts';

/**
 * Envoy's arguments. It has one drain time for filter chains that change, for a stop and for a hot restart: that of a chain is its, for
 * the agent alone ends a stop. By default Envoy would tell callers to close their connections more and more over that time.
 */
export function envoyArgs({ envoy, drainSeconds }: AgentSettings, bootstrapPath: string): readonly string[] {
  return [
    '-c',
    bootstrapPath,
    '-l',
    envoy.logLevel,
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
