import type { Log } from '../../common/log.ts';
import { createDeltaClient } from '../../xds/client/client.ts';
import type { OpenBeside, Upstream } from '../../xds/client/stream.ts';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer, type GrpcServer } from '../../xds/grpc/server.ts';
import { SECRET, type Resource, type TypeUrl } from '../../xds/types.ts';
import type { NameFilling } from '../names/listener-names.ts';
import type { KeptConfig } from '../state/keepers.ts';
import type { StoredConfig } from '../state/state-format.ts';
import { createAcceptedConfig, type AcceptedStatus } from './accepted-config.ts';
import { createConnectionReport, type ConnectionStatus, type TlsProbe } from './connection-status.ts';
import { createEnvoyAnswers, type RefusalStatus } from './envoy-answers.ts';
import { createEnvoyStreams, type EnvoyStreams } from './envoy-streams.ts';
import { holdSecrets } from './hold-secrets.ts';
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
export type RelayStatus = ConnectionStatus &
  AcceptedStatus &
  RefusalStatus & {
    /**
     * The configuration that Envoy runs on: the control plane's, since Envoy accepted its first update or had all of it; one from before the
     * connection was lost; or none yet.
     */
    readonly configuration: 'live' | 'last good' | 'none';
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
  /** Connects to the control plane as another node, with other abilities: the one of the next Envoy. */
  useNode(node: NodeIdentity): void;
  close(): Promise<void>;
};

const KEY = 'envoy';

/** After this time without an update of a connected control plane, Envoy has its configuration, in milliseconds. */
const SETTLE_MS = 2000;

/**
 * Starts a relay. It answers a response of the control plane only after Envoy's answer, and forwards the message of a NACK. If the
 * control plane disconnects, Envoy keeps its stream and its configuration, and an Envoy that reconnects meanwhile receives the last
 * good configuration.
 */
export async function startRelay({
  socketPath,
  upstreams,
  node: first,
  log,
  names: filling,
  stored,
  onKeptChange = () => undefined,
  isTls,
  extraServices = [],
  onConnection,
}: RelayOptions): Promise<Relay> {
  let node = first;
  const config = createRelayedConfig(stored?.types);
  const subscriptions = createRelayedSubscriptions(stored?.types);
  /** Secrets that the configuration from disk lacks, because their keys are not kept. */
  const lacking = new Set(stored?.withoutKeys);
  const hold = holdSecrets(lacking.size > 0, serve);
  const pending = new Map<TypeUrl, DeltaUpdate>();
  const connection = createConnectionReport({
    log,
    isTls,
    since: earlier(stored?.liveAt, new Date()),
    hasConfiguration: () => config.snapshot().size > 0,
    onLost: () => hold.end(),
  });
  const accepted = createAcceptedConfig(stored?.liveAt);
  let envoyVersion = '';
  /** Whether the current snapshot is held back because its listeners wait for the addresses of names. */
  let isHeld = false;

  const downstream: EnvoyStreams = createEnvoyStreams(KEY, {
    onAck: (_key, answer) => answers.answered(answer),
    onSubscription(_key, typeUrl, subscription) {
      const { names, dropped } = subscriptions.update(typeUrl, subscription);
      hold.begin();
      if (dropped.length > 0) {
        config.forget(typeUrl, dropped);
        noLongerLacking(typeUrl, dropped);
        onKeptChange();
      }
      upstream.subscribe(typeUrl, names);
      answers.ackIfSettled(typeUrl);
    },
    onStream(event, _key, { version }) {
      if (event === 'opened') {
        subscriptions.restart();
        answers.restart();
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
      noLongerLacking(update.typeUrl, [...update.resources.map(({ name }) => name), ...update.removed]);
      if (update.typeUrl === SECRET) hold.end();
      serve();
      answers.ackIfSettled(update.typeUrl);
    },
    onState: connection.report,
    ...(onConnection && { onConnection }),
  });

  function noLongerLacking(typeUrl: TypeUrl, names: Iterable<string>): void {
    if (typeUrl === SECRET) for (const name of names) lacking.delete(name);
  }

  function serve(): void {
    const unfilled = hold.filter(config.snapshot());
    const snapshot = filling === undefined ? unfilled : filling.fill(unfilled);
    isHeld = snapshot === undefined;
    if (snapshot !== undefined) downstream.set(KEY, snapshot);
  }

  filling?.onChange(() => {
    serve();
    for (const typeUrl of pending.keys()) answers.ackIfSettled(typeUrl);
    onKeptChange();
  });

  const answers = createEnvoyAnswers({
    log,
    config,
    accepted,
    pending,
    downstream: {
      settled: (typeUrl) => downstream.settled(KEY, typeUrl),
      resend: (typeUrl, names) => downstream.resend(KEY, typeUrl, names),
    },
    upstream,
    isReady: (typeUrl) => !isHeld && subscriptions.isSubscribed(typeUrl),
    serve,
    onKeptChange,
  });

  const server = createGrpcServer({ mostMessageBytes: Infinity });
  downstream.addTo(server);
  for (const service of extraServices) service.addTo(server);
  const listener = await listenGrpc(server, { path: socketPath });
  if (stored !== undefined) serve();

  function configuration(): RelayStatus['configuration'] {
    if (config.snapshot().size === 0) return 'none';
    const { connectedSince } = connection.status();
    if (connectedSince === undefined) return 'last good';
    const { acceptedAt } = accepted.status();
    if (acceptedAt !== undefined && acceptedAt >= connectedSince) return 'live';
    // A control plane sends nothing to an Envoy that has its configuration already.
    const isSettled = pending.size === 0 && Date.now() - connectedSince.getTime() >= SETTLE_MS;
    if (acceptedAt === undefined) return 'none';
    return isSettled ? 'live' : 'last good';
  }

  return {
    status: () => ({
      ...connection.status(),
      ...accepted.status(),
      configuration: configuration(),
      envoyVersion,
      withoutKeys: [...lacking],
      ...answers.status(),
    }),
    served: (typeUrl) => config.snapshot().get(typeUrl)?.resources.values() ?? [],
    kept() {
      const { connected: isLive, disconnectedSince } = connection.status();
      return {
        types: new Map(config.good()),
        withoutKeys: [...lacking],
        isWhole: pending.size === 0 && !answers.isSearching() && subscriptions.isCoveredBy(config.good()),
        isLive,
        liveAt: disconnectedSince ?? new Date(),
      };
    },
    forgetStored() {
      config.clear();
      lacking.clear();
      serve();
    },
    useNode(next) {
      node = next;
      upstream.reconnect();
    },
    async close() {
      hold.close();
      upstream.close();
      listener.close();
    },
  };
}

/** A clock that was set back must not put the past into the future. */
function earlier(one: Date | undefined, other: Date): Date {
  return one !== undefined && one < other ? one : other;
}

/** Returns the user agent of Envoy, which the control plane sees instead of the agent's. */
function userAgent(version: string) {
  const [userAgentName = '', value = ''] = version.split(' ');
  return { userAgentName, userAgentVersionType: { case: 'userAgentVersion' as const, value } };
}
