import { echoMethod } from '../lab/clients/grpc-methods.ts';

/** The port of each protocol's server. */
export const PORTS = { tcp: 7001, http2: 7002, grpc: 7003 } as const;

/** A method whose messages are plain bytes. */
export const HELLO = echoMethod('/test.Greeter/Hello');
