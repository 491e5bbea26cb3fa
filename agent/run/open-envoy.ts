import { readListeningSockets } from '../application/listening-sockets.ts';
import { watchApplication } from '../application/watch-application.ts';
import { isWithoutRules } from '../bootstrap/node-identity.ts';
import { createSystemdNotifier } from '../../common/process/notify-systemd.ts';
import { validateBootstrap } from '../custom-config/validate-bootstrap.ts';
import { drain } from '../drain/drain.ts';
import { createDiagnosis } from '../endings/diagnose.ts';
import { watchHost } from '../host-checks/watch-host.ts';
import { isEpochLive, isLive, watchHealth, type Health } from '../health.ts';
import { isLocal } from '../host-facts.ts';
import { createCrashWatch } from '../state/crash-watch.ts';
import type { RelayStatus } from '../relay/relay.ts';
import { createManagement } from '../management/management.ts';
import { openEnvoyOutput } from '../output/envoy-output.ts';
import { createSdsErrors } from '../secrets/sds-errors.ts';
import { createSecretWatch } from '../secrets/watch-secrets.ts';
import { coded } from '../codes.ts';
import { sharedMemoryProblem } from '../reload/shared-memory.ts';
import { createBaseIds } from '../supervisor/replace/base-id.ts';
import { envoyArgs } from '../supervisor/envoy-process/envoy-command.ts';
import { startEnvoy } from '../supervisor/envoy-process/envoy-process.ts';
import { createSupervisor } from '../supervisor/supervisor.ts';
import type { Supervisor } from '../supervisor/supervisor-options.ts';
import { watchSampling } from '../tracing/watch-sampling.ts';
import { NO_TASK, watchTask } from '../task/task-watch.ts';
import type { Configuration } from './open-configuration.ts';
import type { Launch, Launches } from './launch.ts';
import type { Prepared } from './prepare.ts';
import type { Context } from './context.ts';

/** The supervisor of an Envoy that does not run yet, and the watches on it. */
export type Envoy = Awaited<ReturnType<typeof openEnvoy>>;

/**
 * Opens the pipes of Envoy's output, and makes the supervisor with all that it watches while an Envoy runs.
 * @throws AgentError if the agent's folder cannot hold the pipes
 */
export async function openEnvoy(context: Context, prepared: Prepared, configuration: Configuration) {
  const { settings, agentLog, outputs, stop, opened } = context;
  const { log } = agentLog;
  const { facts, folder, sockets, admin, launches } = prepared;
  const { own, relay, fileSecrets, state } = configuration;
  const crashes = createCrashWatch({
    restarts: settings.restarts,
    isOnStored: () => isOnStored(relay.status(), context.startedAt),
  });

  const systemd = createSystemdNotifier(context.env, log);
  const sdsErrors = createSdsErrors();
  const diagnosis = openDiagnosis(context, prepared);
  const output = await openEnvoyOutput(folder.path, agentLog, outputs, (piece) => {
    sdsErrors.read(piece);
    diagnosis.read(piece);
  });
  opened.defer(output.close);
  const management = createManagement({
    settings: settings.management,
    logLevel: settings.envoy.logLevel,
    admin,
    adminSocket: sockets.admin,
    log,
  });
  opened.defer(management.close);
  const application = watchApplication({
    admin,
    pollMs: settings.health.pollMs,
    isLocal: (address) => isLocal(address, facts),
    readSockets: readListeningSockets,
    log,
  });
  const task = openTask(context, prepared, configuration);
  opened.defer(task.close);
  const sdsSocketPath = () => launches.current().settings.envoy.sdsSocketPath;
  const secrets = createSecretWatch({ admin, relay, files: fileSecrets, sdsSocketPath, sdsErrors, log });
  // A gateway has no application.
  const hasApplication = settings.resource.kind === 'virtualNode';
  const host = watchHost({
    admin,
    pollMs: settings.health.pollMs,
    isLocal: (address) => isLocal(address, facts),
    isRedirected: hasApplication && !isWithoutRules(settings),
    envoyPids: () => pidsOf(supervisor),
    log,
  });
  const hotRestartOff = whyNoHotRestart(context);
  const baseIds = createBaseIds(folder.file('base-id'), hotRestartOff === undefined);
  opened.defer(() => baseIds.remove());
  const startLaunch = (launch: Launch, epoch: number) => {
    const level = levelOf(launch, launches) ?? management.envoyLogLevel();
    management.envoyStarts();
    diagnosis.begin();
    crashes.begins();
    launches.starts(launch);
    const hotRestart = epoch === 0 ? baseIds.first() : baseIds.next(epoch);
    const args = envoyArgs(launch.settings, launch.bootstrap.args, hotRestart, level);
    return startEnvoy({ ...launch.envoy, ...output, args });
  };
  const supervisor: Supervisor = createSupervisor({
    start: () => startLaunch(launches.current(), 0),
    watch: async (signal, report) => {
      secrets.begin();
      await Promise.all([
        watchHealth(admin, settings.health.pollMs, signal, reportTo(report), secrets),
        own?.watch(signal),
        hasApplication ? application.watch(signal) : undefined,
        task.watch(signal),
        host.watch(signal),
        watchSampling(
          { settings: launches.newest().settings, location: prepared.location, admin, log },
          signal,
        ),
      ]);
    },
    isLive: () => isLive(admin),
    isEpochLive: (epoch) => isEpochLive(admin, epoch),
    explain: async (...end) => {
      const cause = await diagnosis.explain(...end);
      if (crashes.ended(cause)) {
        relay.forgetStored();
        await state.setAside();
      }
      return cause;
    },
    drain: (cutShort) => drain(admin, launches.current().settings.drainSeconds * 1000, cutShort),
    retireMs: () => launches.newest().settings.drainSeconds * 1000,
    restarts: settings.restarts,
    stop,
    log,
  });
  function reportTo(report: (health: Health) => void): (health: Health) => void {
    return (health) => {
      report(health);
      if (health.lifecycle === 'LIVE') systemd.ready('Envoy is LIVE');
    };
  }

  return {
    supervisor,
    secrets,
    application,
    host,
    task,
    management,
    output,
    hotRestartOff,
    startEnvoy: startLaunch,
  };
}

/** Returns whether Envoy runs on the configuration that the agent read from disk: the control plane has been away since before the start. */
function isOnStored({ configuration, disconnectedSince }: RelayStatus, startedAt: Date): boolean {
  return configuration === 'last good' && disconnectedSince !== undefined && disconnectedSince <= startedAt;
}

/** Two while a hot restart hands over. */
function pidsOf(supervisor: Supervisor): readonly number[] {
  const state = supervisor.state();
  const pids = [
    'pid' in state ? state.pid : undefined,
    state.kind === 'handing-over' ? state.next : undefined,
    state.kind === 'running' ? state.retiring : undefined,
  ];
  return pids.filter((pid) => pid !== undefined);
}

/** Returns why Envoy takes no part in hot restarts, or undefined if it does. */
function whyNoHotRestart({ settings, agentLog: { log } }: Context): string | undefined {
  if (settings.envoy.disableHotRestart) return 'DISABLE_HOT_RESTART is 1, which is the default';
  const problem = sharedMemoryProblem();
  if (problem !== undefined) log.warn(coded('SHARED_MEMORY'), `Envoy starts without hot restart: ${problem}`);
  return problem;
}

/** The level of a launch that changes it. Otherwise, a level that was set permanently stays. */
function levelOf({ settings }: Launch, launches: Launches) {
  const { logLevel } = settings.envoy;
  return logLevel === launches.current().settings.envoy.logLevel ? undefined : logLevel;
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

function openDiagnosis({ stop }: Context, { launches, folder }: Prepared) {
  return createDiagnosis({
    binary: () => launches.newest().envoy.binary,
    validate: () =>
      validateBootstrap({
        ...launches.newest().envoy,
        args: launches.newest().bootstrap.args,
        outputPath: folder.file('validation'),
        signal: stop.drain,
      }),
  });
}
