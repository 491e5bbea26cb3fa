import { create, toBinary } from '@bufbuild/protobuf';
import {
  Client,
  credentials,
  Metadata,
  type ChannelCredentials,
  type MethodDefinition,
  type status,
} from '@grpc/grpc-js';
import { DiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { SOTW_METHOD } from '../../../xds/service.ts';
import { CLUSTER } from '../../../xds/types.ts';

/** Options of a stream. */
export type OpenOptions = {
  readonly node: string;
  readonly channel?: ChannelCredentials;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The `:authority` of the call; default: the address. */
  readonly authority?: string;
  /** The method to call; default: SotW on ADS. */
  readonly method?: MethodDefinition<Buffer, Buffer>;
};

/** How a stream ended. */
export type End = { readonly code: status; readonly details: string };

/** A client stream that subscribes to clusters as the given node. */
export type TestStream = {
  /** Resolves with 'served' once the server has accepted the stream, or with the end of the stream. */
  readonly opened: Promise<'served' | End>;
  readonly ended: Promise<End>;
  close(): void;
};

/** Opens a stream at `host:port`, over a connection of its own. For tests. */
export function openStream(
  address: string,
  { node, channel, metadata = {}, method = SOTW_METHOD, authority }: OpenOptions,
): TestStream {
  const client = new Client(address, channel ?? credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    ...(authority === undefined ? {} : { 'grpc.default_authority': authority }),
  });
  const { path, requestSerialize, responseDeserialize } = method;
  const sent = new Metadata();
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, sent);
  const ended = new Promise<End>((resolve) => {
    call.on('status', ({ code, details }) => {
      resolve({ code, details });
      client.close();
    });
  });
  const served = new Promise<'served'>((resolve) => call.on('metadata', () => resolve('served')));
  call.on('error', () => undefined);
  call.on('data', () => undefined);
  const request = create(DiscoveryRequestSchema, { node: { id: node, cluster: node }, typeUrl: CLUSTER });
  call.write(Buffer.from(toBinary(DiscoveryRequestSchema, request)));
  return {
    opened: Promise.race([served, ended]),
    ended,
    close: () => call.cancel(),
  };
}
