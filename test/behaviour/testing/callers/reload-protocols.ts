import { echoMethod } from '../../../lab/clients/grpc-methods.ts';

/** The port of each protocol's server. */
export const RELOAD_PORTS = { tcp: 7001, http2: 7002, grpc: 7003, http: 7004 } as const;

/** A method whose messages are plain bytes. */
export const HELLO = echoMethod('/test.Greeter/Hello');

/** Counts of the callers. */
export type CallerCounts = {
  sent: number;
  /** By protocol and reason. */
  readonly failed: Record<string, number>;
  readonly tcp: { opened: number; cut: number };
};
