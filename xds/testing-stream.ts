import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { createStream, type Answer } from './stream.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, type Snapshot, type TypeUrl } from './types.ts';
import { delta, sotw } from './variant.ts';

/** A response as a test looks at it. */
export type Sent = { typeUrl: TypeUrl; names: string[]; removed: string[]; nonce: string; version: string };

/** An error detail as a client sends it. */
export const refused = { code: 3, message: 'no good' };

/** A stream whose other end is the test: `ask` sends a request, `sent` holds the responses not looked at so far. For tests. */
export function converse(variant: 'delta' | 'sotw', initial?: Snapshot) {
  let snapshot = initial;
  const sent: Sent[] = [];
  const answers: Answer[] = [];
  const send = (bytes: Buffer): void => {
    if (variant === 'delta') {
      const m = fromBinary(DeltaDiscoveryResponseSchema, bytes);
      const names = m.resources.map((r) => r.name);
      sent.push({ ...m, names, removed: m.removedResources, version: m.systemVersionInfo });
    } else {
      const m = fromBinary(DiscoveryResponseSchema, bytes);
      const names = m.resources.map((r) => Buffer.from(r.value).toString().split('=')[0] ?? '');
      sent.push({ ...m, names, removed: [], version: m.versionInfo });
    }
  };
  const world = {
    snapshot: () => snapshot,
    send,
    onAnswer: (a: Answer) => void answers.push(a),
    stepTimeoutMs: 1000,
  };
  const first = (): void => {};
  const stream = variant === 'delta' ? createStream(delta, first, world) : createStream(sotw, first, world);
  const take = (): Sent[] =>
    sent
      .splice(0)
      .map(({ typeUrl, names, removed, nonce, version }) => ({ typeUrl, names, removed, nonce, version }));
  return {
    stream,
    answers,
    take,
    /** The responses since the last look, as `TYPE +added -removed`. */
    said: () => take().map(brief),
    set(next: Snapshot) {
      snapshot = next;
      stream.update();
    },
    ask(request: Record<string, unknown>) {
      stream.receive(
        variant === 'delta'
          ? toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))
          : toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request)),
      );
    },
    /** Acknowledges everything that arrives until nothing more does; answers what arrived, in order. */
    settle(names: Record<TypeUrl, string[]> = {}) {
      const order: string[] = [];
      for (let batch = take(); batch.length > 0; batch = take()) {
        for (const { typeUrl, nonce, ...rest } of batch) {
          order.push(brief({ typeUrl, nonce, ...rest }));
          this.ask({
            typeUrl,
            responseNonce: nonce,
            ...(variant === 'sotw' ? { resourceNames: names[typeUrl] ?? [] } : {}),
          });
        }
      }
      return order;
    },
  };
}

const SHORT: Record<TypeUrl, string> = {
  [CLUSTER]: 'CDS',
  [ENDPOINTS]: 'EDS',
  [LISTENER]: 'LDS',
  [ROUTES]: 'RDS',
};

function brief({ typeUrl, names, removed }: Sent): string {
  return [SHORT[typeUrl], ...names.map((n) => `+${n}`), ...removed.map((n) => `-${n}`)].join(' ');
}
