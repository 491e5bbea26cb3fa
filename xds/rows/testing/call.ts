import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, type ClientDuplexStream, type StatusObject } from '@grpc/grpc-js';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { SERVICES, type ServiceName } from '../../service.ts';

/** The client's side of a stream of a discovery service. For tests. */
export type TestCall = {
  readonly call: ClientDuplexStream<Buffer, Buffer>;
  ask(request: Record<string, unknown>): void;
  /**
   * Waits for the next response. Returns its type, its nonce, and the names of its resources, or in state of the world their contents; in the
   * incremental variant also the versions of the resources by name, and the removed names.
   */
  next(): Promise<TestResponse>;
  /** Resolves with the status of the stream. */
  readonly ended: Promise<StatusObject>;
  readonly close: () => void;
};

/** A response, as a test reads it. */
export type TestResponse = {
  typeUrl: string;
  nonce: string;
  resources: string[];
  versions: Record<string, string>;
  removed: string[];
};

/** Opens a stream to a server on loopback. */
export function openCall(
  port: number,
  variant: 'delta' | 'sotw',
  service: ServiceName = 'aggregated',
): TestCall {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = SERVICES[service][variant];
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const waiting: ((bytes: Buffer) => void)[] = [];
  const arrived: Buffer[] = [];
  call.on('error', () => undefined);
  call.on('data', (bytes: Buffer) => {
    const take = waiting.shift();
    if (take === undefined) arrived.push(bytes);
    else take(bytes);
  });
  return {
    call,
    ended: new Promise((resolve) => call.once('status', resolve)),
    ask(request) {
      const bytes =
        variant === 'delta'
          ? toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))
          : toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request));
      call.write(Buffer.from(bytes));
    },
    async next() {
      const bytes = arrived.shift() ?? (await new Promise<Buffer>((resolve) => waiting.push(resolve)));
      if (variant === 'delta') {
        const { typeUrl, nonce, resources, removedResources } = fromBinary(
          DeltaDiscoveryResponseSchema,
          bytes,
        );
        const versions = Object.fromEntries(resources.map(({ name, version }) => [name, version]));
        return {
          typeUrl,
          nonce,
          resources: resources.map(({ name }) => name),
          versions,
          removed: removedResources,
        };
      }
      const { typeUrl, nonce, resources } = fromBinary(DiscoveryResponseSchema, bytes);
      const contents = resources.map(({ value }) => Buffer.from(value).toString());
      return { typeUrl, nonce, resources: contents, versions: {}, removed: [] };
    },
    close() {
      call.cancel();
      client.close();
    },
  };
}
