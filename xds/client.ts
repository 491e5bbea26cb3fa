import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import {
  Client,
  status,
  type ChannelCredentials,
  type ClientDuplexStream,
  type Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import type { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { createBackoff } from './backoff.ts';
import { DELTA_METHOD } from './service.ts';
import type { Resource, TypeUrl } from './types.ts';

/**
 * One server that can be asked; `target` in gRPC's form, e.g. `dns:///host:18000`, `ipv4:10.0.0.2:18000`, `unix:/path`.
 * Credentials that may change are a function, called for each connection; what it throws counts as a lost connection.
 */
export type Upstream = {
  readonly target: string;
  readonly credentials: ChannelCredentials | (() => ChannelCredentials);
};

/** What a server sent: resources that are new or changed, names that are gone. To be answered with `answer`. */
export type DeltaUpdate = {
  readonly typeUrl: TypeUrl;
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
};

/** What the owner of a client provides. */
export type DeltaClientOptions = {
  /** Tried one after the other. At least one. */
  readonly upstreams: readonly Upstream[];
  /** Who the client is; asked for on each connection. */
  node(): MessageInitShape<typeof NodeSchema>;
  metadata?(): Promise<Metadata> | Metadata;
  /** What the client already has of a type, by name: told to a server on connecting, which then sends only what differs. */
  versions(typeUrl: TypeUrl): ReadonlyMap<string, string>;
  onUpdate(update: DeltaUpdate): void;
  /** `connected`: a server has taken the stream. `disconnected`: with the server and the reason, once a loss. */
  onState(state: 'connected' | 'disconnected', detail: string): void;
};

/** An incremental ADS client that stays connected: it comes back by itself, to the next upstream, with back-off and jitter. */
export type DeltaClient = {
  /** Replaces what is subscribed to of a type; `*` stands for all. */
  subscribe(typeUrl: TypeUrl, names: ReadonlySet<string>): void;
  /** Acknowledges an update, or refuses it with an error. One of a connection that is gone is passed over. */
  answer(update: DeltaUpdate, error?: string): void;
  close(): void;
};

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

const CHANNEL_OPTIONS = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.max_receive_message_length': -1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // A TXT question that a server which does not answer leaves open for 20 s, and the process with it.
  'grpc.service_config_disable_resolution': 1,
};

type Call = ClientDuplexStream<Buffer, Buffer>;
type Connection = { readonly call: Call; readonly client: Client; isFirst: boolean; heard: boolean };
type RequestInit = Omit<MessageInitShape<typeof DeltaDiscoveryRequestSchema>, '$typeName'>;

/** Connects as soon as something is subscribed to. */
export function createDeltaClient(options: DeltaClientOptions): DeltaClient {
  const subscriptions = new Map<TypeUrl, ReadonlySet<string>>();
  const open = new Map<string, Connection>(); // by type and nonce: which connection an update came from
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  let connection: Connection | undefined;
  let retry: NodeJS.Timeout | undefined;
  let attempts = 0;
  let closed = false;

  async function connect(): Promise<void> {
    retry = undefined;
    const upstream = options.upstreams[attempts++ % options.upstreams.length];
    if (closed || upstream === undefined) return;
    const { target, credentials } = upstream;
    let client: Client | undefined;
    try {
      const channel = typeof credentials === 'function' ? credentials() : credentials;
      client = new Client(target, channel, CHANNEL_OPTIONS);
      const metadata = await options.metadata?.();
      const { path, requestSerialize, responseDeserialize } = DELTA_METHOD;
      const call: Call = metadata
        ? client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata)
        : client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      const current: Connection = { call, client, isFirst: true, heard: false };
      connection = current;
      call.on('metadata', () => hear(current));
      call.on('data', (bytes: Buffer) => {
        hear(current);
        try {
          receive(current, bytes);
        } catch (error) {
          call.cancel();
          disconnect(current, `${target}: a response that is none: ${String(error)}`);
        }
      });
      // Without a listener it would be thrown; the status says the same.
      call.on('error', () => undefined);
      call.on('status', (end) => disconnect(current, describeEnd(target, end)));
      for (const [typeUrl, names] of subscriptions) sendFirst(current, typeUrl, names);
    } catch (error) {
      client?.close();
      options.onState('disconnected', `${target}: ${error instanceof Error ? error.message : String(error)}`);
      scheduleConnect();
    }
  }

  function scheduleConnect(): void {
    if (!closed && retry === undefined) retry = setTimeout(() => void connect(), backoff.next());
  }

  function disconnect(lost: Connection, reason: string): void {
    if (connection !== lost) return;
    connection = undefined;
    open.clear();
    lost.client.close();
    if (closed) return;
    options.onState('disconnected', reason);
    scheduleConnect();
  }

  /** The server's headers, or a first response: it has taken the stream. */
  function hear(from: Connection): void {
    if (connection !== from || from.heard) return;
    from.heard = true;
    backoff.reset();
    options.onState('connected', from.call.getPeer());
  }

  function send(to: Connection, request: RequestInit): void {
    const node = to.isFirst ? options.node() : undefined;
    to.isFirst = false;
    const message = create(DeltaDiscoveryRequestSchema, node === undefined ? request : { ...request, node });
    to.call.write(Buffer.from(toBinary(DeltaDiscoveryRequestSchema, message)));
  }

  function sendFirst(to: Connection, typeUrl: TypeUrl, names: ReadonlySet<string>): void {
    const initialResourceVersions = Object.fromEntries(options.versions(typeUrl));
    send(to, { typeUrl, resourceNamesSubscribe: [...names], initialResourceVersions });
  }

  function receive(from: Connection, bytes: Buffer): void {
    if (connection !== from) return;
    const message = fromBinary(DeltaDiscoveryResponseSchema, bytes);
    const resources = message.resources.flatMap(({ name, version, resource }): Resource[] =>
      resource === undefined ? [] : [{ name, version, any: toBinary(AnySchema, resource) }],
    );
    const { typeUrl, nonce, systemVersionInfo: version, removedResources: removed } = message;
    open.set(`${typeUrl} ${nonce}`, from);
    options.onUpdate({ typeUrl, nonce, version, resources, removed });
  }

  return {
    subscribe(typeUrl, names) {
      const before = subscriptions.get(typeUrl);
      subscriptions.set(typeUrl, new Set(names));
      if (connection === undefined) {
        if (retry === undefined && attempts === 0) void connect();
        return;
      }
      if (before === undefined) return sendFirst(connection, typeUrl, names);
      const resourceNamesSubscribe = [...names].filter((name) => !before.has(name));
      const resourceNamesUnsubscribe = [...before].filter((name) => !names.has(name));
      if (resourceNamesSubscribe.length + resourceNamesUnsubscribe.length === 0) return;
      send(connection, { typeUrl, resourceNamesSubscribe, resourceNamesUnsubscribe });
    },
    answer({ typeUrl, nonce }, error) {
      const from = open.get(`${typeUrl} ${nonce}`);
      open.delete(`${typeUrl} ${nonce}`);
      if (from === undefined || from !== connection) return;
      const refusal =
        error === undefined ? {} : { errorDetail: { code: status.INVALID_ARGUMENT, message: error } };
      send(from, { typeUrl, responseNonce: nonce, ...refusal });
    },
    close() {
      closed = true;
      clearTimeout(retry);
      connection?.call.cancel();
      connection?.client.close();
      connection = undefined;
    },
  };
}

/** Codes by which a server says that it is the client who cannot be served, and not that something failed. */
const REFUSALS: readonly status[] = [
  status.INVALID_ARGUMENT,
  status.PERMISSION_DENIED,
  status.RESOURCE_EXHAUSTED,
  status.UNAUTHENTICATED,
];

function describeEnd(target: string, { code, details }: Pick<StatusObject, 'code' | 'details'>): string {
  if (code === status.OK) return `${target} ended the stream${details === '' ? '' : `: ${details}`}`;
  const words = `${code} ${status[code]}: ${details}`;
  return REFUSALS.includes(code) ? `refused by ${target}: ${words}` : `${target}: ${words}`;
}
