import type { MethodDefinition } from '@grpc/grpc-js';

const SERVICE = 'envoy.service.discovery.v3.AggregatedDiscoveryService';

const asTheyAre = (bytes: Buffer): Buffer => bytes;

/** The state-of-the-world method. Messages pass as bytes: a resource is encoded once a change, not once a stream. */
export const SOTW_METHOD = bytesMethod('StreamAggregatedResources');

/** The incremental method. */
export const DELTA_METHOD = bytesMethod('DeltaAggregatedResources');

function bytesMethod(name: string): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/${SERVICE}/${name}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: asTheyAre,
    requestDeserialize: asTheyAre,
    responseSerialize: asTheyAre,
    responseDeserialize: asTheyAre,
  };
}
