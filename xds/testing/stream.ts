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
import { createStream } from '../protocol/stream.ts';
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

/** A response as a test looks at it. A name with a time to live has it appended, and `only` where it came without content. */
export type Sent = { typeUrl: TypeUrl; names: string[]; removed: string[]; nonce: string; version: string };

/** A request, by the names of the messages' fields that both variants have, or those of one. */
export type Asked = Record<string, unknown> & { typeUrl?: TypeUrl };

/** An error detail as a client sends it. */
export const nackDetail = { code: 3, message: 'no good' };

/** A client's features that go with a time to live. */
export const TTL_FEATURES = ['xds.config.supports-resource-ttl', 'xds.config.supports-resource-in-sotw'];

/** A stream whose other end is the test: `ask` sends a request, `sent` holds the responses not looked at so far. For tests. */
export function converse(variant: 'delta' | 'sotw', initial?: Snapshot, options: Partial<StreamWorld> = {}) {
  let snapshot = initial;
  const sent: Sent[] = [];
  const answers: Ack[] = [];
  const world: StreamWorld = {
    snapshot: () => snapshot,
    send: ({ encode }) => void sent.push(variant === 'delta' ? readDelta(encode()) : readSotw(encode())),
    isFlushed: () => true,
    limits: DEFAULT_LIMITS,
    onAck: (answer) => void answers.push(answer),
    stepTimeoutMs: 1000,
    ...options,
  };
  const first = (): void => {};
  const stream = variant === 'delta' ? createStream(delta, first, world) : createStream(sotw, first, world);
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
    /** Subscribes to names, as both variants begin; to all where none is given. */
    subscribe: (typeUrl: TypeUrl, ...names: string[]) =>
      ask({ typeUrl, [variant === 'delta' ? 'resourceNamesSubscribe' : 'resourceNames']: names }),
    /** The responses since the last look, as `TYPE +added -removed`. */
    said: () => take().map(brief),
    set(next: Snapshot) {
      snapshot = next;
      stream.update();
    },
    /** Acknowledges everything that arrives until nothing more does; answers what arrived, in order. */
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

// The tag of a cluster's name, with which no content of a test begins.
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
