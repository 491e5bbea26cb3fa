import { readListeningSockets } from '../application/listening-sockets.ts';
import { watchApplication } from '../application/watch-application.ts';
import { isWithoutRules } from '../bootstrap/node-identity.ts';
import { createSystemdNotifier } from '../../common/process/notify-systemd.ts';
import { watchHealth, type Health } from '../health.ts';
import { watchHost } from '../host-checks/watch-host.ts';
import { isLocal } from '../host-facts.ts';
import type { SdsErrors } from '../secrets/sds-errors.ts';
import { createSecretWatch } from '../secrets/watch-secrets.ts';
import { NO_TASK, watchTask } from '../task/task-watch.ts';
import { watchSampling } from '../tracing/watch-sampling.ts';
import type { Configuration } from './open-configuration.ts';
import type { Context } from './context.ts';
import type { Prepared } from './prepare.ts';

/** The parts of Envoy that the watches need. */
export type WatchedEnvoy = {
  readonly sdsErrors: SdsErrors;
  /** The processes of Envoy: two while a hot restart hands over. */
  readonly pids: () => readonly number[];
};

/** Opens the watches on the application, the host, the task and the secrets. `watch` runs all of them, and that of Envoy's health, until its signal. */
export function openWatches(
  context: Context,
  prepared: Prepared,
  configuration: Configuration,
  envoy: WatchedEnvoy,
) {
  const { settings, agentLog, opened } = context;
  const { log } = agentLog;
  const { facts, admin, launches, location } = prepared;
  const { own, relay, fileSecrets } = configuration;
  const isOfHost = (address: string): boolean => isLocal(address, facts);
  const { pollMs } = settings.health;
  // A gateway has no application.
  const hasApplication = settings.resource.kind === 'virtualNode';
  const systemd = createSystemdNotifier(context.env, log);
  const application = watchApplication({
    admin,
    pollMs,
    isLocal: isOfHost,
    readSockets: readListeningSockets,
    log,
  });
  const task = openTask(context, prepared, configuration);
  opened.defer(task.close);
  const sdsSocketPath = () => launches.current().settings.envoy.sdsSocketPath;
  const { sdsErrors } = envoy;
  const secrets = createSecretWatch({ admin, relay, files: fileSecrets, sdsSocketPath, sdsErrors, log });
  const host = watchHost({
    admin,
    pollMs,
    isLocal: isOfHost,
    isRedirected: hasApplication && !isWithoutRules(settings),
    envoyPids: envoy.pids,
    log,
  });

  return {
    application,
    task,
    secrets,
    host,
    async watch(signal: AbortSignal, report: (health: Health) => void): Promise<void> {
      secrets.begin();
      const reportAll = (health: Health): void => {
        report(health);
        if (health.lifecycle === 'LIVE') systemd.ready('Envoy is LIVE');
      };
      const sampling = { settings: launches.newest().settings, location, admin, log };
      await Promise.all([
        watchHealth(admin, pollMs, signal, reportAll, secrets),
        own?.watch(signal),
        hasApplication ? application.watch(signal) : undefined,
        task.watch(signal),
        host.watch(signal),
        watchSampling(sampling, signal),
      ]);
    },
  };
}

/** Outside ECS, a stopped application may come back at any time. A gateway has no application. */
function openTask({ settings, agentLog }: Context, { facts, admin }: Prepared, { channel }: Configuration) {
  const { taskEndpoint } = settings.location;
  if (taskEndpoint === undefined || settings.resource.kind !== 'virtualNode') return NO_TASK;
  return watchTask({
    endpoint: taskEndpoint,
    admin,
    isLocal: (address) => isLocal(address, facts),
    readSockets: readListeningSockets,
    onChange: channel.report,
    log: agentLog.log,
  });
}
