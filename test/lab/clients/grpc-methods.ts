import type { MethodDefinition } from '@grpc/grpc-js';

const asTheyAre = (bytes: Buffer): Buffer => bytes;

/** Returns a unary method whose messages are plain bytes. */
export function echoMethod(path: string): MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: asTheyAre,
    requestDeserialize: asTheyAre,
    responseSerialize: asTheyAre,
    responseDeserialize: asTheyAre,
  };
}

/** The standard gRPC health check; field 1 of its answer is the status: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export const HEALTH_CHECK = echoMethod('/grpc.health.v1.Health/Check');
