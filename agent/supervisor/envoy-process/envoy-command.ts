import type { AgentSettings } from '../../settings/settings.ts';

/**
 * Envoy's part in hot restarts: none; the first of a series, which chooses a base id that no other Envoy of the network namespace and of
 * `/dev/shm` uses and writes it to a file; or the next one of a series.
 */
export type HotRestart =
  | { readonly kind: 'none' }
  | { readonly kind: 'first'; readonly baseIdPath: string }
  | { readonly kind: 'next'; readonly baseId: string; readonly epoch: number };

/**
 * Returns Envoy's arguments. Envoy has a single drain time for changed filter chains, stops and hot restarts. The agent sets it to the time
 * for filter chains, because the agent itself ends a stop. Envoy's default strategy would ask callers gradually over that time to close
 * their connections. At the log level `info`, Envoy's list of extensions (110 lines at each start) is left out, and with it the other
 * `info` lines of the logger `main`. `bootstrapArgs` name the bootstrap; `logLevel` is the configured one by default.
 */
export function envoyArgs(
  { envoy, drainSeconds }: AgentSettings,
  bootstrapArgs: readonly string[],
  hotRestart: HotRestart,
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
    ...hotRestartArgs(hotRestart),
    ...(envoy.skipDeprecatedLogs ? ['--skip-deprecated-logs'] : []),
  ];
}

function hotRestartArgs(hotRestart: HotRestart): readonly string[] {
  switch (hotRestart.kind) {
    case 'none':
      return ['--disable-hot-restart'];
    case 'first':
      return ['--use-dynamic-base-id', '--base-id-path', hotRestart.baseIdPath];
    case 'next':
      return ['--base-id', hotRestart.baseId, '--restart-epoch', `${hotRestart.epoch}`];
  }
}
