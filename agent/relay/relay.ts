import type { MessageInitShape } from '@bufbuild/protobuf';
import type { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import type { Log } from '../../common/log.ts';
import { createDeltaClient } from '../../xds/client/client.ts';
import type { Upstream } from '../../xds/client/stream.ts';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer, type GrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import type { Ack } from '../../xds/protocol/acks.ts';
import type { Resource, TypeUrl } from '../../xds/types.ts';
import type { NameFilling } from '../names/listener-names.ts';
import { describeRefusal } from './refusal.ts';
import { createRelayedConfig } from './relayed-config.ts';
import { createRelayedSubscriptions } from './relayed-subscriptions.ts';

/** What a relay needs to know. */
export type RelayOptions = {
  /** The unix socket that Envoy's bootstrap names. Its folder is the agent's own, so that no other user can open it. */
  readonly socketPath: string;
  /** Control planes, tried one after the other. */
  readonly upstreams: readonly Upstream[];
  readonly node: NodeIdentity;
  readonly log: Log;
  /** Fills the addresses of names into the listeners that Envoy is served. Default: listeners pass through as they are. */
  readonly names?: NameFilling;
  /** What is served on the same socket beside ADS. */
  readonly beside?: readonly { addTo(server: GrpcServer): void }[];
};

/** Who the proxy says it is: the node of Envoy's bootstrap. */
export type NodeIdentity = {
  readonly id: string;
  readonly cluster: string;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** How the relay stands. */
export type RelayStatus = {
  readonly connected: boolean;
  /** Since when there has been no control plane; undefined while there is one. */
  readonly disconnectedSince: Date | undefined;
  readonly lastError: string | undefined;
  /** Responses of the control plane that Envoy refused, since the start. */
  readonly refusals: number;
  /** Why Envoy refused an update of which it has not taken a newer one since. */
  readonly refused: string | undefined;
};

/** ADS between Envoy and the control plane, with the last good configuration between them. */
export type Relay = {
  status(): RelayStatus;
  /** The resources of a type that Envoy is to have now. */
  served(typeUrl: TypeUrl): Iterable<Resource>;
  close(): Promise<void>;
};

const KEY = 'envoy';

/**
 * Starts to listen. A response of the control plane is acknowledged or refused only when Envoy has answered it, in
 * Envoy's own words. When the control plane goes away, Envoy's stream stays, and so does what Envoy has; an Envoy that
 * comes back meanwhile is given the last good configuration.
 */
export async function startRelay({
  socketPath,
  upstreams,
  node,
  log,
  names: filling,
  beside = [],
}: RelayOptions): Promise<Relay> {
  const config = createRelayedConfig();
  const subscriptions = createRelayedSubscriptions();
  const unanswered = new Map<TypeUrl, DeltaUpdate>();
  let disconnectedSince: Date | undefined = new Date();
  let lastError: string | undefined;
  let refusals = 0;
  const refused = new Map<TypeUrl, string>();
  let envoyVersion = '';
  /** What is offered is not served yet, because its listeners wait for the addresses of names. */
  let isHeld = false;

  const downstream: XdsServer = createXdsServer({
    keyOf: () => KEY,
    onAck: (_key, answer) => passOn(answer),
    onSubscription(_key, typeUrl, subscription) {
      const { names, dropped } = subscriptions.update(typeUrl, subscription);
      if (dropped.length > 0) config.forget(typeUrl, dropped);
      upstream.subscribe(typeUrl, names);
      settle(typeUrl);
    },
    onStream(event, _key, { version }) {
      if (event === 'opened') {
        subscriptions.restart();
        envoyVersion = version;
      }
      log.info({ event }, `Envoy's ADS stream was ${event}`);
    },
  });

  const upstream = createDeltaClient({
    upstreams,
    node: () => ({
      id: node.id,
      cluster: node.cluster,
      metadata: node.metadata as Record<string, never>,
      ...userAgent(envoyVersion),
    }),
    versions: (typeUrl) => {
      unanswered.delete(typeUrl);
      const versions = config.restart(typeUrl);
      serve();
      return versions;
    },
    onUpdate(update) {
      log.debug(
        { typeUrl: update.typeUrl, version: update.version, resources: update.resources.length },
        'an update',
      );
      // The control plane has one unanswered response a type at most; an answer to an older one is not owed any more.
      unanswered.set(update.typeUrl, update);
      config.offer(update);
      serve();
      settle(update.typeUrl);
    },
    onState(state, detail) {
      const isConnected = state === 'connected';
      disconnectedSince = isConnected ? undefined : (disconnectedSince ?? new Date());
      if (!isConnected) lastError = detail;
      log[isConnected ? 'info' : 'warn'](
        { detail },
        `${state} ${isConnected ? 'to' : 'from'} the control plane`,
      );
    },
  });

  function serve(): void {
    const offered = config.snapshot();
    const snapshot = filling === undefined ? offered : filling.fill(offered);
    isHeld = snapshot === undefined;
    if (snapshot !== undefined) downstream.set(KEY, snapshot);
  }

  filling?.onChange(() => {
    serve();
    for (const typeUrl of unanswered.keys()) settle(typeUrl);
  });

  /** Envoy's answer is the answer to the control plane. */
  function passOn({ typeUrl, error }: Ack): void {
    const update = unanswered.get(typeUrl);
    if (error === undefined || update === undefined) return settle(typeUrl);
    unanswered.delete(typeUrl);
    refusals += 1;
    const why = describeRefusal(error);
    refused.set(typeUrl, why);
    log.error(
      { typeUrl, version: update.version, error: why },
      'Envoy refused an update; the last good one is served again',
    );
    upstream.answer(update, error);
    config.refuse(typeUrl);
    serve();
  }

  /** Acknowledges an update once Envoy has all of it, which may take several responses, or none if it had it before. */
  function settle(typeUrl: TypeUrl): void {
    const update = unanswered.get(typeUrl);
    if (update === undefined || isHeld || !subscriptions.isAsked(typeUrl)) return;
    if (downstream.settled(KEY, typeUrl) !== 'acked') return;
    unanswered.delete(typeUrl);
    refused.delete(typeUrl);
    config.accept(typeUrl);
    upstream.answer(update);
  }

  const server = createGrpcServer({ mostMessageBytes: Infinity });
  downstream.addTo(server);
  for (const service of beside) service.addTo(server);
  const listener = await listenGrpc(server, { path: socketPath });

  return {
    status: () => ({
      connected: disconnectedSince === undefined,
      disconnectedSince,
      lastError,
      refusals,
      refused: [...refused.values()].at(-1),
    }),
    served: (typeUrl) => config.snapshot().get(typeUrl)?.resources.values() ?? [],
    async close() {
      upstream.close();
      listener.close();
    },
  };
}

/** The proxy that the control plane is to see is Envoy, not its agent. */
function userAgent(version: string): MessageInitShape<typeof NodeSchema> {
  const [userAgentName = '', value = ''] = version.split(' ');
  return { userAgentName, userAgentVersionType: { case: 'userAgentVersion', value } };
}
