import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyUnpack, type Any } from '@bufbuild/protobuf/wkt';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
  ResourceSchema,
  type Resource,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import type { Ack } from '../protocol/acks.ts';
import { DEFAULT_LIMITS } from '../protocol/limits.ts';
import type { StreamWorld } from '../protocol/conversation.ts';
import { XdsStream } from '../protocol/stream.ts';
import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  RUNTIME,
  SECRET,
  type Snapshot,
  type TypeUrl,
} from '../types.ts';
import { delta, sotw } from '../protocol/variant.ts';

/** A response in the form that tests compare. A name is followed by its time to live, if any, and by `only` if it came without content. */
export type Sent = { typeUrl: TypeUrl; names: string[]; removed: string[]; nonce: string; version: string };

/** A request, by field names of the messages of one variant or both. */
export type Asked = Record<string, unknown> & { typeUrl?: TypeUrl };

/** An error detail as a client sends it. */
export const nackDetail = { code: 3, message: 'no good' };

/** The client features for times to live. */
export const TTL_FEATURES = ['xds.config.supports-resource-ttl', 'xds.config.supports-resource-in-sotw'];

/** Creates a stream whose client is the test: `ask` sends a request, `take` returns the responses since the last call. For tests. */
export function converse(variant: 'delta' | 'sotw', initial?: Snapshot, options: Partial<StreamWorld> = {}) {
  let snapshot = initial;
  const sent: Sent[] = [];
  const answers: Ack[] = [];
  const world: StreamWorld = {
    snapshot: () => snapshot,
    send: ({ encode }) => void sent.push(variant === 'delta' ? readDelta(encode()) : readSotw(encode())),
    identify: () => undefined,
    isFlushed: () => true,
    limits: DEFAULT_LIMITS,
    onAck: (answer) => void answers.push(answer),
    stepTimeoutMs: 1000,
    ...options,
  };
  const stream = variant === 'delta' ? new XdsStream(delta, world) : new XdsStream(sotw, world);
  const take = (): Sent[] => sent.splice(0);
  const ask = (request: Asked): void => {
    stream.receive(
      variant === 'delta'
        ? toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))
        : toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request)),
    );
  };
  return {
    stream,
    answers,
    take,
    ask,
    /** Sends a first request for names, or for the wildcard if none is given. */
    subscribe: (typeUrl: TypeUrl, ...names: string[]) =>
      ask({ typeUrl, [variant === 'delta' ? 'resourceNamesSubscribe' : 'resourceNames']: names }),
    /** Returns the responses since the last call, as `TYPE +added -removed`. */
    said: () => take().map(brief),
    set(next: Snapshot) {
      snapshot = next;
      stream.update();
    },
    /** ACKs all responses until no more arrive; returns them in order. */
    settle(names: Record<TypeUrl, string[]> = {}) {
      const order: string[] = [];
      for (let batch = take(); batch.length > 0; batch = take()) {
        for (const response of batch) {
          const { typeUrl, nonce: responseNonce, version: versionInfo } = response;
          order.push(brief(response));
          const resourceNames = names[typeUrl] ?? [];
          ask({ typeUrl, responseNonce, ...(variant === 'sotw' ? { resourceNames, versionInfo } : {}) });
        }
      }
      return order;
    },
  };
}

function readDelta(bytes: Buffer): Sent {
  const { typeUrl, nonce, systemVersionInfo, resources, removedResources } = fromBinary(
    DeltaDiscoveryResponseSchema,
    bytes,
  );
  return {
    typeUrl,
    nonce,
    version: systemVersionInfo,
    names: resources.map(nameOf),
    removed: removedResources,
  };
}

function readSotw(bytes: Buffer): Sent {
  const { typeUrl, nonce, versionInfo, resources } = fromBinary(DiscoveryResponseSchema, bytes);
  const isEmpty = ({ value }: Any): boolean => typeUrl === ENDPOINTS && value[0] === EMPTY_ASSIGNMENT;
  const names = resources.filter((any) => !isEmpty(any)).map(nameIn);
  const removed = resources.filter(isEmpty).map(({ value }) => Buffer.from(value.subarray(2)).toString());
  return { typeUrl, nonce, version: versionInfo, names, removed };
}

// The tag of `cluster_name`. No test content begins with this byte.
const EMPTY_ASSIGNMENT = 0x0a;

function nameIn(any: Any): string {
  const wrapped = anyUnpack(any, ResourceSchema);
  return wrapped === undefined ? (Buffer.from(any.value).toString().split('=')[0] ?? '') : nameOf(wrapped);
}

function nameOf({ name, ttl, resource }: Resource): string {
  if (ttl === undefined) return name;
  return `${name} ${ttl.seconds}s${resource === undefined ? ' only' : ''}`;
}

const SHORT: Record<TypeUrl, string> = {
  [CLUSTER]: 'CDS',
  [ENDPOINTS]: 'EDS',
  [LISTENER]: 'LDS',
  [ROUTES]: 'RDS',
  [SECRET]: 'SDS',
  [EXTENSION_CONFIG]: 'ECDS',
  [RUNTIME]: 'RTDS',
};

function brief({ typeUrl, names, removed }: Sent): string {
  return [SHORT[typeUrl], ...names.map((n) => `+${n}`), ...removed.map((n) => `-${n}`)].join(' ');
}
