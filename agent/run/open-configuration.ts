import { createChannel } from '../channel/channel.ts';
import { createOwnConnection, NO_STATE } from '../custom-config/own-bootstrap.ts';
import { cannotUseRunFolder } from '../errors.ts';
import { openIdentity } from '../identity/identity.ts';
import { createLatencyAnswers } from '../load/latency-answers.ts';
import { createLoadReports } from '../load/load-reports.ts';
import { createPlainCallers } from '../identity/plain-callers.ts';
import { identitySecrets } from '../identity/identity-secrets.ts';
import { createNameFilling } from '../names/listener-names.ts';
import { followBackends } from '../names/loopback-backends.ts';
import { startRelay } from '../relay/relay.ts';
import { createFileSecrets } from '../secrets/file-secrets.ts';
import { openState } from '../state/open-state.ts';
import { plaintextProbe } from '../upstreams/probe-tls.ts';
import { readSecure, upstreams } from '../upstreams/upstreams.ts';
import type { RunningTelemetry } from './open-telemetry.ts';
import type { Prepared } from './prepare.ts';
import type { Context } from './context.ts';

/** The sources of Envoy's configuration. */
export type Configuration = Awaited<ReturnType<typeof openConfiguration>>;

/**
 * Opens the relay between Envoy and the control plane, with the configuration on disk behind it. With a bootstrap of the operator's own,
 * there is neither: `own` watches Envoy's connection instead.
 * @throws AgentError if the agent's folder cannot hold the socket
 */
export async function openConfiguration(
  { settings, agentLog: { log }, stop, opened }: Context,
  { agent, launches, sockets, admin }: Prepared,
  telemetry: RunningTelemetry,
) {
  const { node } = launches.current();
  const isOwn = settings.customConfig.own !== undefined;
  const own = isOwn ? createOwnConnection(admin, settings.health.pollMs) : undefined;
  const state = isOwn ? NO_STATE : await openState(settings.state, node, log);
  const filling = createNameFilling(log, { known: state.stored?.addresses ?? new Map() });
  const { names, backends } = followBackends(filling, log);
  opened.defer(names.close);
  const identity = await openIdentity({
    xds: settings.xds,
    secure: () => readSecure(settings.xds),
    nodeId: node.id,
    agentVersion: agent.version,
    file: state.identityFile,
    log,
  });
  opened.defer(() => identity?.close());
  const fileSecrets = createFileSecrets(log, identity && identitySecrets(identity));
  opened.defer(() => fileSecrets.close());
  const plainCallers = createPlainCallers();
  const send = (message: Uint8Array): void => channel.send(message);
  const load = createLoadReports({ isReady: () => channel.isReady(), send });
  const answerLatencies = createLatencyAnswers(admin, send, log);
  const channel = createChannel({
    nodeId: node.id,
    log,
    onQuestion(question) {
      if (question.kind === 'watch load') load.watch(question);
      else answerLatencies(question);
    },
    onRenewal: (renewal) => identity?.renewSoon(renewal),
    onEnded: load.ended,
  });
  opened.defer(channel.close);
  const relay =
    own ??
    (await startRelay({
      socketPath: sockets.agent,
      upstreams: upstreams(settings.xds, identity),
      node,
      log,
      names,
      stored: state.stored,
      onKeptChange: () => state.changed(),
      isTls: plaintextProbe(settings.xds.endpoints),
      extraServices: [fileSecrets, telemetry, load, plainCallers],
      onConnection(open) {
        identity?.connected();
        channel.connected(open);
      },
      onDisconnection: (reason) => identity?.refused(reason),
    }).catch((cause: unknown) => {
      throw cannotUseRunFolder(settings.runFolder, cause);
    }));
  opened.defer(() => relay.close());
  identity?.onNewRoot(() => relay.reconnect());
  state.keep(() => ({ ...relay.kept(), addresses: names.addresses() }), stop.drain);
  opened.defer(() => state.stop());
  return { own, relay, state, names, backends, channel, fileSecrets, identity, plainCallers };
}
