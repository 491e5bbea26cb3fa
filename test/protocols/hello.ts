import type { MethodDefinition } from '@grpc/grpc-js';

/** The port of each protocol's server. */
export const PORTS = { tcp: 7001, http2: 7002, grpc: 7003 } as const;

const asTheyAre = (bytes: Buffer): Buffer => bytes;

/** A method whose messages are plain bytes. */
export const HELLO: MethodDefinition<Buffer, Buffer> = {
  path: '/test.Greeter/Hello',
  requestStream: false,
  responseStream: false,
  requestSerialize: asTheyAre,
  requestDeserialize: asTheyAre,
  responseSerialize: asTheyAre,
  responseDeserialize: asTheyAre,
};
