import { echoMethod } from '../../../lab/clients/grpc-methods.ts';

/** The port of each protocol's server. */
export const PORTS = { http: 7000, tcp: 7001, http2: 7002, grpc: 7003 } as const;

/** A protocol of the servers. */
export type Protocol = keyof typeof PORTS;

/** Seconds after which the Envoys cut the connections of a listener or chain that has gone: longer than a busy machine leaves a request without its answer. */
export const DRAIN_S = 15;

/** A method whose messages are plain bytes. */
export const HELLO = echoMethod('/test.Greeter/Hello');
