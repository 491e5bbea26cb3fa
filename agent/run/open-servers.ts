import { serveAdmin } from '../admin/serve-admin.ts';
import { agentState } from '../channel/agent-state.ts';
import { serveAgent } from '../management/serve-agent.ts';
import { secretFiles, serveOperator } from '../operator/serve-operator.ts';
import { shared } from '../prometheus/shared.ts';
import { watchRefusals } from '../refusals/watch-refusals.ts';
import { wholePage } from '../prometheus/whole-page.ts';
import { agentMetrics } from '../status/metrics.ts';
import { configurationAge, status } from '../status/status.ts';
import { askToLeave } from '../take-over/hand-over.ts';
import type { Configuration } from './open-configuration.ts';
import type { Envoy as OpenedEnvoy } from './open-envoy.ts';
import type { RunningTelemetry } from './open-telemetry.ts';
import type { Prepared } from './prepare.ts';
import type { Reload } from '../reload/reload.ts';
import type { Context } from './context.ts';

/** Envoy, and reloads of it. */
type Envoy = OpenedEnvoy & { readonly reload: Reload };

/**
 * Shows the state of the run: to the control plane, on the status port, to the operator's commands, and Envoy's admin interface on its own.
 * @throws AgentError if an address is taken
 */
export async function openServers(
  context: Context,
  prepared: Prepared,
  configuration: Configuration,
  envoy: Envoy,
  telemetry: RunningTelemetry,
): Promise<void> {
  const { settings, stop, leave, opened } = context;
  reportToControlPlane(context, prepared, configuration, envoy);
  stop.drain.addEventListener('abort', configuration.channel.report, { once: true });

  const served = reports(context, prepared, configuration, envoy, telemetry);
  const { log } = context.agentLog;
  const servers = await serveAgent({
    settings,
    served,
    management: envoy.management,
    wholePage: pageOf(context, prepared, served),
    log,
  });
  opened.defer(servers.close);
  const operator = await serveOperator({
    ...served,
    env: () => prepared.launches.current().variables,
    bootstrapFile: () => prepared.launches.current().bootstrap.file,
    folder: prepared.folder.path,
    secretFiles: secretFiles(settings.xds),
    admin: prepared.admin,
    agentLog: context.agentLog.tail.text,
    envoyLog: envoy.output.logTail,
    enableLogging: envoy.management.enableLogging,
    reload: envoy.reload,
    handOver: {
      ask: () => askToLeave({ ...prepared, supervisor: envoy.supervisor, stop: stop.drain }),
      leave: leave.begin,
    },
    logLevelSeconds: settings.management.logLevelSeconds,
    log,
  });
  opened.defer(operator.close);
  const { hosts } = settings;
  const adminServer = await serveAdmin({ ...settings.admin, hosts, socketPath: prepared.sockets.admin });
  opened.defer(adminServer.close);
}

/** One page at a time, for all scrapers: Envoy's alone takes it some milliseconds for a thousand statistics. */
function pageOf({ settings }: Context, { admin }: Prepared, { metrics }: { readonly metrics: () => string }) {
  const { prometheusApp: appUrl } = settings.management;
  return appUrl && shared(() => wholePage({ admin, appUrl, metrics }));
}

function reportToControlPlane(
  { stop, opened }: Context,
  { admin, agent, facts }: Prepared,
  { channel, identity, own, relay, plainCallers }: Configuration,
  { supervisor, secrets, task }: Envoy,
): void {
  const refusals = watchRefusals(admin, identity !== undefined);
  opened.defer(refusals.close);
  channel.start(() =>
    agentState({
      agent,
      host: facts,
      supervisor: supervisor.state(),
      relay: relay.status(),
      secrets: secrets.status(),
      awaited: secrets.awaited(),
      isStopping: stop.drain.aborted,
      leaving: task.reason(),
      reportsLoad: own === undefined,
      plainCallers: plainCallers.list(),
      refusals: refusals.current(),
    }),
  );
}

/** Returns the functions that make the answers of `/status` and `/metrics`. */
function reports(
  { settings, startedMs }: Context,
  { agent, launches, hotRestartOff }: Prepared,
  { relay, names, backends, state, identity, channel }: Configuration,
  { supervisor, secrets, application, host, output, reload }: Envoy,
  telemetry: RunningTelemetry,
) {
  const read = () =>
    status({
      now: new Date(),
      uptimeMs: performance.now() - startedMs,
      agent,
      supervisor: supervisor.state(),
      lastEnd: supervisor.lastEnd(),
      restarts: supervisor.restarts(),
      relay: relay.status(),
      modelRevision: channel.modelRevision(),
      secrets: secrets.status(),
      awaited: secrets.awaited(),
      names: names.status(),
      backends: backends(),
      identity: identity?.status(),
      state: state.status(),
      application: application.problems(),
      host: host.problems(),
      disconnectedLimitSeconds: settings.health.disconnectedLimitSeconds,
      droppedOutputBytes: output.dropped(),
      bootstrap: launches.current().bootstrap.origin,
      leftOut: launches.current().bootstrap.leftOut(),
      reload: reload.status(),
      epoch: supervisor.epoch(),
      hotRestartOff,
      telemetry: telemetry.status(),
    });
  const metrics = () => {
    const { healthStatus, daybreak } = read();
    return agentMetrics({
      agent,
      healthStatus,
      configurationAgeSeconds: configurationAge(relay.status()),
      restarts: supervisor.restarts(),
      relay: relay.status(),
      secrets: secrets.status(),
      application: application.problems(),
      problems: daybreak.problems,
      identity: daybreak.identity,
      droppedOutputBytes: output.dropped(),
      skippedReports: channel.skipped(),
      telemetry: daybreak.telemetry,
      reloads: reload.status().counts,
      epoch: supervisor.epoch(),
    });
  };
  return { status: read, metrics };
}
