import { validateBootstrap } from '../custom-config/validate-bootstrap.ts';
import { drain } from '../drain/drain.ts';
import { createDiagnosis } from '../endings/diagnose.ts';
import { isEpochLive, isLive } from '../health.ts';
import { createCrashWatch } from '../state/crash-watch.ts';
import type { RelayStatus } from '../relay/relay.ts';
import { createManagement } from '../management/management.ts';
import { openEnvoyOutput } from '../output/envoy-output.ts';
import { createSdsErrors } from '../secrets/sds-errors.ts';
import { createBaseIds } from '../supervisor/replace/base-id.ts';
import { envoyArgs } from '../supervisor/envoy-process/envoy-command.ts';
import { startEnvoy } from '../supervisor/envoy-process/envoy-process.ts';
import { createSupervisor } from '../supervisor/supervisor.ts';
import type { Supervisor } from '../supervisor/supervisor-options.ts';
import type { Configuration } from './open-configuration.ts';
import type { Launch, Launches } from './launch.ts';
import { openWatches } from './open-watches.ts';
import type { Prepared } from './prepare.ts';
import type { Context } from './context.ts';

/** The supervisor of an Envoy that does not run yet, and the watches on it. */
export type Envoy = Awaited<ReturnType<typeof openEnvoy>>;

/**
 * Opens the pipes of Envoy's output, and makes the supervisor with all that it watches while an Envoy runs.
 * @throws AgentError if the agent's folder cannot hold the pipes
 */
export async function openEnvoy(context: Context, prepared: Prepared, configuration: Configuration) {
  const { settings, agentLog, stop, leave, opened } = context;
  const { log } = agentLog;
  const { sockets, admin, launches } = prepared;
  const { relay, state } = configuration;
  const crashes = createCrashWatch({
    restarts: settings.restarts,
    isOnStored: () => isOnStored(relay.status(), performance.now() - context.startedMs),
  });
  const { output, diagnosis, sdsErrors } = await openOutput(context, prepared);
  const management = createManagement({
    settings: settings.management,
    logLevel: settings.envoy.logLevel,
    admin,
    adminSocket: sockets.admin,
    log,
  });
  opened.defer(management.close);
  const watches = openWatches(context, prepared, configuration, {
    sdsErrors,
    pids: () => pidsOf(supervisor),
  });
  const { keep, takenOver } = prepared;
  const launcher = openLauncher(context, prepared, { output, management });
  const start = (launch: Launch, epoch: number) => {
    diagnosis.begin();
    crashes.begins();
    return launcher(launch, epoch);
  };
  const supervisor: Supervisor = createSupervisor({
    start: () => start(launches.current(), 0),
    watch: (signal, report) => watches.watch(signal, report),
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
    leave: leave.signal,
    ...(takenOver === undefined ? {} : { takenOver }),
    onServing: (pid, epoch) => keep?.serves(pid, epoch),
    log,
  });
  const { secrets, application, host, task } = watches;
  return {
    supervisor,
    secrets,
    application,
    host,
    task,
    management,
    output,
    startEnvoy: start,
  };
}

/** Opens Envoy's output, which the diagnosis of its end and the watch on SDS read too. */
async function openOutput(context: Context, prepared: Prepared) {
  const { agentLog, outputs, opened } = context;
  const sdsErrors = createSdsErrors();
  const diagnosis = openDiagnosis(context, prepared);
  const output = await openEnvoyOutput(
    prepared.folder.path,
    agentLog,
    outputs,
    (piece) => {
      sdsErrors.read(piece);
      diagnosis.read(piece);
    },
    prepared.takenOver?.envoy.pid,
  );
  opened.defer(output.close);
  return { output, diagnosis, sdsErrors };
}

/** Returns the function that starts a launch: epoch 0, or the next one of a hot restart. */
function openLauncher(
  { opened, leave }: Context,
  { folder, launches, hotRestartOff, keep }: Prepared,
  { output, management }: LauncherParts,
) {
  const baseIds = createBaseIds(folder.file('base-id'), hotRestartOff === undefined);
  opened.defer(() => {
    if (!leave.isLeft()) baseIds.remove();
  });
  return (launch: Launch, epoch: number) => {
    const level = levelOf(launch, launches) ?? management.envoyLogLevel();
    management.envoyStarts();
    launches.starts(launch);
    const hotRestart = epoch === 0 ? baseIds.first() : baseIds.next(epoch);
    const args = envoyArgs(launch.settings, launch.bootstrap.args, hotRestart, level);
    return startEnvoy({ ...launch.envoy, ...output, args, keep });
  };
}

type LauncherParts = {
  readonly output: Awaited<ReturnType<typeof openEnvoyOutput>>;
  readonly management: ReturnType<typeof createManagement>;
};

/** Returns whether Envoy runs on the configuration that the agent read from disk: the control plane has been away since before the start. */
function isOnStored({ configuration, disconnectedMs = 0 }: RelayStatus, uptimeMs: number): boolean {
  return configuration === 'last good' && disconnectedMs >= uptimeMs;
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

/** The level of a launch that changes it. Otherwise, a level that was set permanently stays. */
function levelOf({ settings }: Launch, launches: Launches) {
  const { logLevel } = settings.envoy;
  return logLevel === launches.current().settings.envoy.logLevel ? undefined : logLevel;
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
