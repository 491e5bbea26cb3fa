import type { AgentSettings } from './settings.ts';

/** Envoy's arguments, as App Mesh's agent gave them. */
export function envoyArgs({ envoy, drainSeconds }: AgentSettings, bootstrapPath: string): readonly string[] {
  return [
    '-c',
    bootstrapPath,
    '-l',
    envoy.logLevel,
    ...(envoy.concurrency === undefined ? [] : ['--concurrency', `${envoy.concurrency}`]),
    '--drain-time-s',
    `${drainSeconds}`,
    ...(envoy.disableHotRestart ? ['--disable-hot-restart'] : []),
    ...(envoy.skipDeprecatedLogs ? ['--skip-deprecated-logs'] : []),
  ];
}
