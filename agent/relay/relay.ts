import type { Log } from '../../common/log.ts';
import { createDeltaClient } from '../../xds/client/client.ts';
import type { OpenBeside, Upstream } from '../../xds/client/stream.ts';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer, type GrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import type { Ack } from '../../xds/protocol/acks.ts';
import type { Resource, TypeUrl } from '../../xds/types.ts';
import type { NameFilling } from '../names/listener-names.ts';
import { describeNack } from './describe-nack.ts';
import { createRelayedConfig } from './relayed-config.ts';
import { createRelayedSubscriptions } from './relayed-subscriptions.ts';

/** Inputs of a relay. */
export type RelayOptions = {
  /** The unix socket in Envoy's bootstrap. It is in the agent's own folder, so that no other user can open it. */
  readonly socketPath: string;
  /** Control planes, in the order to try. */
  readonly upstreams: readonly Upstream[];
  readonly node: NodeIdentity;
  readonly log: Log;
  /** Fills the addresses of names into listeners. Default: listeners pass unchanged. */
  readonly names?: NameFilling;
  /** Services on the same socket besides ADS. */
  readonly extraServices?: readonly { addTo(server: GrpcServer): void }[];
  /** Called for each new connection to a control plane, to open further calls on it. */
  readonly onConnection?: (open: OpenBeside) => void;
};

/** The node of Envoy's bootstrap. */
export type NodeIdentity = {
  readonly id: string;
  readonly cluster: string;
  /** Undefined: the zone is unknown. */
  readonly locality?: { readonly region: string; readonly zone: string };
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** Status of the relay. */
export type RelayStatus = {
  readonly connected: boolean;
  /** When the connection to the control plane was lost; undefined while connected. */
  readonly disconnectedSince: Date | undefined;
  readonly lastError: string | undefined;
  /** When Envoy last accepted an update; undefined if it has not so far. */
  readonly acceptedAt: Date | undefined;
  /** Envoy's name and version as it reports them; empty until it has connected. */
  readonly envoyVersion: string;
  /** Responses that Envoy NACKed since the agent started. */
  readonly refusals: number;
  /** Message of the latest NACK, until Envoy ACKs a newer update of that type. */
  readonly refused: string | undefined;
};

/** Relays ADS between Envoy and the control plane, and keeps the last good configuration. */
export type Relay = {
  status(): RelayStatus;
  /** Returns the resources of a type that the relay serves to Envoy now. */
  served(typeUrl: TypeUrl): Iterable<Resource>;
  close(): Promise<void>;
};

const KEY = 'envoy';

/**
 * Starts a relay. It answers a response of the control plane only after Envoy's answer, and forwards the message of a NACK. If the
 * control plane disconnects, Envoy keeps its stream and its configuration, and an Envoy that reconnects meanwhile receives the last
 * good configuration.
 */
export async function startRelay({
  socketPath,
  upstreams,
  node,
  log,
  names: filling,
  extraServices = [],
  onConnection,
}: RelayOptions): Promise<Relay> {
  const config = createRelayedConfig();
  const subscriptions = createRelayedSubscriptions();
  const pending = new Map<TypeUrl, DeltaUpdate>();
  let disconnectedSince: Date | undefined = new Date();
  let lastError: string | undefined;
  let acceptedAt: Date | undefined;
  let refusals = 0;
  const refused = new Map<TypeUrl, string>();
  let envoyVersion = '';
  /** Whether the current snapshot is held back because its listeners wait for the addresses of names. */
  let isHeld = false;

  const downstream: XdsServer = createXdsServer({
    keyOf: () => KEY,
    onAck: (_key, answer) => forwardAnswer(answer),
    onSubscription(_key, typeUrl, subscription) {
      const { names, dropped } = subscriptions.update(typeUrl, subscription);
      if (dropped.length > 0) config.forget(typeUrl, dropped);
      upstream.subscribe(typeUrl, names);
      ackIfSettled(typeUrl);
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
      ...(node.locality === undefined ? {} : { locality: node.locality }),
      metadata: node.metadata as Record<string, never>,
      ...userAgent(envoyVersion),
    }),
    versions: (typeUrl) => {
      pending.delete(typeUrl);
      const versions = config.restart(typeUrl);
      serve();
      return versions;
    },
    onUpdate(update) {
      log.debug(
        { typeUrl: update.typeUrl, version: update.version, resources: update.resources.length },
        'received an update',
      );
      // The control plane has at most one unanswered response per type, so an older one needs no answer.
      pending.set(update.typeUrl, update);
      config.update(update);
      serve();
      ackIfSettled(update.typeUrl);
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
    ...(onConnection && { onConnection }),
  });

  function serve(): void {
    const unfilled = config.snapshot();
    const snapshot = filling === undefined ? unfilled : filling.fill(unfilled);
    isHeld = snapshot === undefined;
    if (snapshot !== undefined) downstream.set(KEY, snapshot);
  }

  filling?.onChange(() => {
    serve();
    for (const typeUrl of pending.keys()) ackIfSettled(typeUrl);
  });

  /** Forwards Envoy's ACK or NACK to the control plane. */
  function forwardAnswer({ typeUrl, error }: Ack): void {
    const update = pending.get(typeUrl);
    if (error === undefined || update === undefined) return ackIfSettled(typeUrl);
    pending.delete(typeUrl);
    refusals += 1;
    const why = describeNack(error);
    refused.set(typeUrl, why);
    log.error(
      { typeUrl, version: update.version, error: why },
      'Envoy sent a NACK; the agent serves the last good resources again',
    );
    upstream.answer(update, error);
    config.nack(typeUrl);
    serve();
  }

  /** ACKs an update once Envoy has applied all of it. That takes several responses, or none if Envoy had the same resources before. */
  function ackIfSettled(typeUrl: TypeUrl): void {
    const update = pending.get(typeUrl);
    if (update === undefined || isHeld || !subscriptions.isSubscribed(typeUrl)) return;
    if (downstream.settled(KEY, typeUrl) !== 'acked') return;
    pending.delete(typeUrl);
    refused.delete(typeUrl);
    acceptedAt = new Date();
    config.ack(typeUrl);
    upstream.answer(update);
  }

  const server = createGrpcServer({ mostMessageBytes: Infinity });
  downstream.addTo(server);
  for (const service of extraServices) service.addTo(server);
  const listener = await listenGrpc(server, { path: socketPath });

  return {
    status: () => ({
      connected: disconnectedSince === undefined,
      disconnectedSince,
      lastError,
      acceptedAt,
      envoyVersion,
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

/** Returns the user agent of Envoy, which the control plane sees instead of the agent's. */
function userAgent(version: string) {
  const [userAgentName = '', value = ''] = version.split(' ');
  return { userAgentName, userAgentVersionType: { case: 'userAgentVersion' as const, value } };
}
