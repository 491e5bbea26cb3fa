import { guardProcess } from '../../common/process/guard-process.ts';
import { envoyCrashLoop, envoyHopeless } from '../errors.ts';
import { listenForHangups } from '../reload/hangups.ts';
import { dropPrivileges } from '../privileges.ts';
import { listenForStop } from '../stop-signals.ts';
import { createLeave } from '../take-over/leave.ts';
import { replaceTakenOver } from '../take-over/replace-taken-over.ts';
import type { Context } from './context.ts';
import { openConfiguration } from './open-configuration.ts';
import { openEnvoy } from './open-envoy.ts';
import { openReload } from './open-reload.ts';
import { openServers } from './open-servers.ts';
import { openTelemetry } from './open-telemetry.ts';
import { prepare } from './prepare.ts';

/**
 * Runs Envoy with these settings until a stop signal, or until it is left to another agent.
 * @throws AgentError if a step fails, or if Envoy ends again and again
 */
export async function run(
  given: Omit<Context, 'stop' | 'hangups' | 'leave' | 'startedMs' | 'opened'>,
): Promise<void> {
  const { settings, agentLog, outputs } = given;
  const { log } = agentLog;
  await using opened = new AsyncDisposableStack();
  opened.defer(guardProcess());
  dropPrivileges(settings.user, log);
  if (settings.logFile !== undefined) await outputs.useFile(settings.logFile);
  const stop = listenForStop((signal) => log.info({ signal }, 'received a stop signal'));
  opened.defer(stop.release);

  const hangups = listenForHangups(() => log.info('received SIGHUP during the start: the reload follows'));
  opened.defer(hangups.release);

  const leave = createLeave();
  const context: Context = { ...given, stop, hangups, leave, startedMs: performance.now(), opened };
  const prepared = await prepare(context);
  const telemetry = await openTelemetry(context, prepared);
  const configuration = await openConfiguration(context, prepared, telemetry);
  const envoy = await openEnvoy(context, prepared, configuration);
  const reload = openReload(context, prepared, configuration, envoy);
  await openServers(context, prepared, configuration, { ...envoy, reload }, telemetry);

  leave.supervises();
  if (prepared.takenOver !== undefined) void replaceTakenOver(reload, prepared.takenOver);
  const reason = await envoy.supervisor.run();
  if (reason.kind === 'left') log.info('the agent ends, and leaves Envoy to the next one');
  if (reason.kind === 'crash-loop') throw envoyCrashLoop(settings.restarts, reason.exit.cause);
  if (reason.kind === 'hopeless') throw envoyHopeless(reason.exit.cause);
}
