import type { Log } from '../../common/log.ts';
import { createDeltaClient } from '../../xds/client/client.ts';
import type { OpenBeside, Upstream } from '../../xds/client/stream.ts';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer, type GrpcServer } from '../../xds/grpc/server.ts';
import type { Resource, TypeUrl } from '../../xds/types.ts';
import type { NameFilling } from '../names/listener-names.ts';
import type { KeptConfig } from '../state/keepers.ts';
import type { StoredConfig } from '../state/state-format.ts';
import { createAcceptedConfig, type AcceptedStatus } from './accepted-config.ts';
import type { ConfigurationState } from './configuration-state.ts';
import { createConnectionReport, type ConnectionStatus, type TlsProbe } from './connection-status.ts';
import { controlPlaneSide } from './control-plane-side.ts';
import { createEnvoyAnswers, type EnvoyAnswers } from './envoy-answers.ts';
import type { RefusalStatus } from './nacks/nack-reports.ts';
import { createEnvoyNode, type NodeIdentity } from './envoy-node.ts';
import { envoySide } from './envoy-side.ts';
import { createEnvoyStreams, type EnvoyStreams } from './envoy-streams.ts';
import { createMissingSecrets } from './missing-secrets.ts';
import { createRelayedConfig } from './relayed-config.ts';
import { createRelayedSubscriptions } from './relayed-subscriptions.ts';
import { readsOf } from './relay-reads.ts';
import { createServedConfig } from './served-config.ts';

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
  /** The last good configuration from disk, which the relay serves until the control plane sends changes. Default: none. */
  readonly stored?: StoredConfig | undefined;
  /** Called when `kept` would return another configuration. */
  readonly onKeptChange?: () => void;
  /** Whether the server at a plaintext endpoint speaks TLS. Default: unknown. */
  readonly isTls?: TlsProbe | undefined;
  /** Services on the same socket besides ADS. */
  readonly extraServices?: readonly { addTo(server: GrpcServer): void }[];
  /** Called for each new connection to a control plane, to open further calls on it. */
  readonly onConnection?: (open: OpenBeside) => void;
  /** Called for each lost connection and failed attempt, with the reason. */
  readonly onDisconnection?: (reason: string) => void;
};

/** Status of the relay. */
export type RelayStatus = ConnectionStatus &
  AcceptedStatus &
  RefusalStatus & {
    readonly configuration: ConfigurationState;
    /** Envoy's name and version as it reports them; empty until it has connected. */
    readonly envoyVersion: string;
    /** Secrets that Envoy waits for since it started from disk, where their keys are not kept. */
    readonly withoutKeys: readonly string[];
  };

/** Relays ADS between Envoy and the control plane, and keeps the last good configuration. */
export type Relay = {
  status(): RelayStatus;
  /** Returns the resources of a type that the relay serves to Envoy now. */
  served(typeUrl: TypeUrl): Iterable<Resource>;
  /** Returns the configuration to keep on disk. */
  kept(): Omit<KeptConfig, 'addresses'>;
  /** Drops the configuration from disk. Call this only while there is no Envoy, and the control plane has not been connected. */
  forgetStored(): void;
  /** Reconnects to the control plane with the node of the next Envoy, which may have other features. */
  useNode(node: NodeIdentity): void;
  /** Reconnects to the control plane with the current credentials. */
  reconnect(): void;
  close(): Promise<void>;
};

const KEY = 'envoy';

/**
 * Starts a relay. It answers a response of the control plane only after Envoy's answer, and forwards the message of a NACK. If the
 * control plane disconnects, Envoy keeps its stream and its configuration, and an Envoy that reconnects meanwhile receives the last
 * good configuration.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const relay = connectParts(options);
  const server = createGrpcServer({ mostMessageBytes: Infinity });
  relay.downstream.addTo(server);
  for (const service of options.extraServices ?? []) service.addTo(server);
  const listener = await listenGrpc(server, { path: options.socketPath });
  if (options.stored !== undefined) relay.serve();
  return {
    ...relay.calls,
    async close() {
      relay.close();
      listener.close();
    },
  };
}

/** Creates the parts of a relay, and connects each with those that it calls. */
function connectParts(options: RelayOptions) {
  const { names: filling, onKeptChange = () => undefined } = options;
  const parts = createParts(options, () => serve());
  const { config, missing, pending, node } = parts;
  const { downstream, upstream, answers, serve } = connectSides(options, parts);

  filling?.onChange(() => {
    serve();
    for (const typeUrl of pending.keys()) answers.ackIfSettled(typeUrl);
    onKeptChange();
  });

  return {
    downstream,
    serve,
    calls: {
      ...readsOf({ ...parts, answers, envoyVersion: node.version }),
      forgetStored() {
        config.clear();
        missing.clear();
        serve();
      },
      useNode(next: NodeIdentity) {
        node.setIdentity(next);
        upstream.reconnect();
      },
      reconnect: () => upstream.reconnect(),
    },
    close() {
      missing.close();
      upstream.close();
    },
  };
}

type Parts = ReturnType<typeof createParts>;

/** Creates the parts that hold the state of a relay. `serve` offers the configuration to Envoy. */
function createParts({ node, log, stored, isTls }: RelayOptions, serve: () => void) {
  const config = createRelayedConfig(stored?.types);
  const missing = createMissingSecrets(stored?.withoutKeys, serve);
  return {
    config,
    missing,
    node: createEnvoyNode(node),
    subscriptions: createRelayedSubscriptions(stored?.types),
    pending: new Map<TypeUrl, DeltaUpdate>(),
    accepted: createAcceptedConfig(stored?.liveAt),
    connection: createConnectionReport({
      log,
      isTls,
      since: earlier(stored?.liveAt, new Date()),
      hasConfiguration: () => config.snapshot().size > 0,
      onLost: missing.lost,
    }),
  };
}

/** Connects Envoy's side of a relay with that of the control plane. */
function connectSides(options: RelayOptions, parts: Parts) {
  const { upstreams, log, names: filling, onKeptChange = () => undefined } = options;
  const { config, missing, node, subscriptions, pending, accepted, connection } = parts;
  const later = { answers: () => answers, upstream: () => upstream };
  const downstream: EnvoyStreams = createEnvoyStreams(
    KEY,
    envoySide({ config, subscriptions, missing, ...later, onVersion: node.setVersion, onKeptChange, log }),
  );
  const { serve, isHeld } = createServedConfig(config, missing, filling, (snapshot) =>
    downstream.set(KEY, snapshot),
  );
  const upstream = createDeltaClient({
    upstreams,
    node: node.current,
    ...controlPlaneSide({ config, missing, pending, answers: later.answers, serve, log }),
    onState(state, detail) {
      connection.report(state, detail);
      if (state === 'disconnected') options.onDisconnection?.(detail);
    },
    ...(options.onConnection && { onConnection: options.onConnection }),
  });
  const answers: EnvoyAnswers = createEnvoyAnswers({
    log,
    config,
    accepted,
    pending,
    downstream: {
      settled: (typeUrl) => downstream.settled(KEY, typeUrl),
      resend: (typeUrl, names) => downstream.resend(KEY, typeUrl, names),
    },
    upstream,
    isReady: (typeUrl) => !isHeld() && subscriptions.isSubscribed(typeUrl),
    serve,
    onKeptChange,
  });
  return { downstream, upstream, answers, serve };
}

/** Returns the earlier of two times: after the clock was set back, a stored time may be in the future. */
function earlier(one: Date | undefined, other: Date): Date {
  return one !== undefined && one < other ? one : other;
}
