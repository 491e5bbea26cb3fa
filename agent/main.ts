import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describeFault } from '../common/faults.ts';
import { guardProcess } from '../common/guard-process.ts';
import { SettingsError } from '../common/settings.ts';
import packageJson from '../package.json' with { type: 'json' };
import { createAdminClient } from './admin/admin-client.ts';
import { serveAdmin } from './admin/serve-admin.ts';
import { readListeningSockets } from './application/listening-sockets.ts';
import { watchApplication } from './application/watch-application.ts';
import { agentState } from './channel/agent-state.ts';
import { createChannel } from './channel/channel.ts';
import { createOwnConnection, NO_STATE, withoutEmptyConfigFile } from './custom-config/own-bootstrap.ts';
import { prepareBootstrap } from './bootstrap/prepare-bootstrap.ts';
import { coded } from './codes.ts';
import { validateBootstrap } from './custom-config/validate-bootstrap.ts';
import { drain } from './drain/drain.ts';
import { createDiagnosis } from './endings/diagnose.ts';
import { findEnvoy } from './supervisor/envoy-binary.ts';
import { envoyArgs } from './supervisor/envoy-command.ts';
import { envoyEnvironment } from './supervisor/envoy-environment.ts';
import { AgentError, cannotUseRunFolder, envoyCrashLoop, envoyHopeless } from './errors.ts';
import { isLive, watchHealth } from './health.ts';
import { isLocal, readHostFacts } from './host-facts.ts';
import { findLocation } from './location/find-location.ts';
import { createNameFilling } from './names/listener-names.ts';
import { createManagement } from './management/management.ts';
import { serveAgent } from './management/serve-agent.ts';
import { nodeIdentity } from './bootstrap/node-identity.ts';
import { AGENT_LEVELS, type AgentLog } from './output/agent-log.ts';
import { openEnvoyOutput } from './output/envoy-output.ts';
import { openState } from './state/open-state.ts';
import { createOutputs, type Outputs } from './output/outputs.ts';
import { dropPrivileges } from './privileges.ts';
import { startRelay } from './relay/relay.ts';
import { makeRunFolder } from './run-folder.ts';
import { agentMetrics } from './status/metrics.ts';
import { createFileSecrets } from './secrets/file-secrets.ts';
import { createSdsErrors } from './secrets/sds-errors.ts';
import { createSecretWatch } from './secrets/watch-secrets.ts';
import { idleVariables } from './settings/companions.ts';
import { readAgentSettings, type AgentSettings } from './settings/settings.ts';
import { configurationAge, status } from './status/status.ts';
import { listenForStop } from './stop-signals.ts';
import { startEnvoy } from './supervisor/envoy-process.ts';
import { createSupervisor } from './supervisor/supervisor.ts';
import { withoutEffect } from './settings/unsupported.ts';
import { plaintextProbe } from './upstreams/probe-tls.ts';
import { upstreams } from './upstreams/upstreams.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs Envoy for the virtual node or gateway that the environment names, until SIGTERM, SIGQUIT or SIGINT; a second signal
 * cuts the drain short. Resolves with the exit code: 0 after a signal; 1 after invalid settings, a failure, or too many crashes.
 */
export async function runAgent(given: Environment, agentLog: AgentLog): Promise<number> {
  const { log } = agentLog;
  const outputs = createOutputs(agentLog);
  try {
    const env = withoutEmptyConfigFile(given);
    const settings = readAgentSettings(env);
    log.level = AGENT_LEVELS[settings.envoy.logLevel];
    if (env !== given) log.info('ENVOY_CONFIG_FILE names an empty file: the bootstrap is generated');
    for (const { variables, why } of idleVariables(env, settings)) {
      log.warn({ variables }, `variables without effect: ${why}`);
    }
    log.debug({ variables: withoutEffect(env) }, 'ignoring variables that have no effect');
    await run(settings, env, agentLog, outputs);
    return 0;
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof AgentError)) {
      log.fatal(coded('FAULT', { err: error }), describeFault(error));
      return 1;
    }
    for (const line of error.message.split('\n')) log.fatal(coded(error.code, { err: error.cause }), line);
    return error.exitCode;
  } finally {
    await outputs.close();
  }
}

async function run(
  settings: AgentSettings,
  env: Environment,
  agentLog: AgentLog,
  outputs: Outputs,
): Promise<void> {
  const { log } = agentLog;
  const cleanups: (() => unknown)[] = [guardProcess()];
  dropPrivileges(settings.user, log);
  if (settings.logFile !== undefined) await outputs.useFile(settings.logFile);
  const startedAt = new Date();
  const stop = listenForStop((signal) => log.info({ signal }, 'received a stop signal'));
  cleanups.push(stop.release);
  try {
    const binary = findEnvoy(settings.envoy);
    const agent = { instance: randomUUID(), version: packageJson.version, node: settings.resource.id };
    const facts = readHostFacts();
    const location = await findLocation(settings.location, log);
    const node = nodeIdentity(settings, facts, location, agent);

    const folder = makeRunFolder(settings.runFolder);
    cleanups.push(folder.remove);
    const sockets = { agent: join(folder.path, 'ads.sock'), admin: join(folder.path, 'adm.sock') };
    const envoy = { binary, env: envoyEnvironment(env, settings.envoy.variables) };
    const prepared = await prepareBootstrap({
      settings,
      node,
      folder,
      sockets,
      agentLog,
      envoy,
      stop: stop.drain,
    });
    const admin = createAdminClient(sockets.admin);
    const own =
      settings.customConfig.own === undefined
        ? undefined
        : createOwnConnection(admin, settings.health.pollMs);

    const fileSecrets = createFileSecrets(log);
    cleanups.push(() => fileSecrets.close());
    const extraServices = [fileSecrets];
    const state = own === undefined ? await openState(settings.state, node, log) : NO_STATE;
    const names = createNameFilling(log, { known: state.stored?.addresses ?? new Map() });
    cleanups.push(names.close);
    const channel = createChannel({ nodeId: node.id, log });
    cleanups.push(channel.close);
    const relay =
      own ??
      (await startRelay({
        socketPath: sockets.agent,
        upstreams: upstreams(settings.xds),
        node,
        log,
        names,
        stored: state.stored,
        onKeptChange: () => state.changed(),
        isTls: plaintextProbe(settings.xds.endpoints),
        extraServices,
        onConnection: channel.connected,
      }).catch((cause: unknown) => {
        throw cannotUseRunFolder(settings.runFolder, cause);
      }));
    cleanups.push(() => relay.close());
    state.keep(() => ({ ...relay.kept(), addresses: names.addresses() }), stop.drain);
    cleanups.push(() => state.stop());
    const sdsErrors = createSdsErrors();
    const diagnosis = createDiagnosis({
      binary,
      validate: () =>
        validateBootstrap({
          ...envoy,
          args: prepared.args,
          outputPath: folder.file('validation'),
          signal: stop.drain,
        }),
    });
    const output = await openEnvoyOutput(folder.path, agentLog, outputs, (piece) => {
      sdsErrors.read(piece);
      diagnosis.read(piece);
    });
    cleanups.push(output.close);

    const command = { ...envoy, ...output };
    const management = createManagement({
      settings: settings.management,
      logLevel: settings.envoy.logLevel,
      admin,
      adminSocket: sockets.admin,
      log,
    });
    cleanups.push(management.close);
    const application = watchApplication({
      admin,
      pollMs: settings.health.pollMs,
      isLocal: (address) => isLocal(address, facts),
      readSockets: readListeningSockets,
      log,
    });
    const { sdsSocketPath } = settings.envoy;
    const secrets = createSecretWatch({ admin, relay, files: fileSecrets, sdsSocketPath, sdsErrors, log });
    const supervisor = createSupervisor({
      start: () => {
        management.envoyStarts();
        diagnosis.begin();
        const args = envoyArgs(settings, prepared.args, management.envoyLogLevel());
        return startEnvoy({ ...command, args });
      },
      watch: async (signal, report) => {
        secrets.begin();
        await Promise.all([
          watchHealth(admin, settings.health.pollMs, signal, report, secrets),
          own?.watch(signal),
          // A gateway has no application.
          settings.resource.kind === 'virtualNode' ? application.watch(signal) : undefined,
        ]);
      },
      isLive: () => isLive(admin),
      explain: diagnosis.explain,
      drain: (cutShort) => drain(admin, settings.drainSeconds * 1000, cutShort),
      restarts: settings.restarts,
      stop,
      log,
    });
    channel.start(() =>
      agentState({
        agent,
        host: facts,
        supervisor: supervisor.state(),
        relay: relay.status(),
        secrets: secrets.status(),
        awaited: secrets.awaited(),
        isStopping: stop.drain.aborted,
      }),
    );
    stop.drain.addEventListener('abort', channel.report, { once: true });
    const read = () =>
      status({
        now: new Date(),
        startedAt,
        agent,
        supervisor: supervisor.state(),
        lastEnd: supervisor.lastEnd(),
        restarts: supervisor.restarts(),
        relay: relay.status(),
        secrets: secrets.status(),
        awaited: secrets.awaited(),
        names: names.status(),
        state: state.status(),
        application: application.problems(),
        host: [],
        disconnectedLimitSeconds: settings.health.disconnectedLimitSeconds,
        droppedOutputBytes: output.dropped(),
        bootstrap: prepared.origin,
        leftOut: prepared.leftOut,
      });
    const metrics = () => {
      const { healthStatus, daybreak } = read();
      return agentMetrics({
        agent,
        healthStatus,
        configurationAgeSeconds: configurationAge(relay.status(), new Date()),
        restarts: supervisor.restarts(),
        relay: relay.status(),
        secrets: secrets.status(),
        application: application.problems(),
        problems: daybreak.problems,
        droppedOutputBytes: output.dropped(),
      });
    };
    const served = { status: read, metrics };
    const servers = await serveAgent({ settings, served, management, log });
    cleanups.push(servers.close);
    const { hosts } = settings;
    const adminServer = await serveAdmin({ ...settings.admin, hosts, socketPath: sockets.admin });
    cleanups.push(adminServer.close);

    const reason = await supervisor.run();
    if (reason.kind === 'crash-loop') throw envoyCrashLoop(settings.restarts, reason.exit.cause);
    if (reason.kind === 'hopeless') throw envoyHopeless(reason.exit.cause);
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
}
