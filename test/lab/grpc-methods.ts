import type { MethodDefinition } from '@grpc/grpc-js';

const asTheyAre = (bytes: Buffer): Buffer => bytes;

/** A method of one message each way, whose messages are plain bytes. */
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

/** The health check that gRPC defines; its answer's field 1 is the status: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export const HEALTH_CHECK = echoMethod('/grpc.health.v1.Health/Check');
