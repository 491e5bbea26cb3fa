import type { Conditions } from '../envoy/routes/match.ts';
import type { RetryPolicyInit } from '../envoy/routes/retry.ts';
import type { Upstream } from '../envoy/clusters/upstream.ts';
import type { HttpProtocol } from '../names.ts';

/** One port of a virtual service, with its protocol and rules. A service with several listeners behind it has several. */
export type ServicePort = HttpServicePort | TcpServicePort;

/** Requests, routed by rules, first match wins; `port` is the original destination's. */
export type HttpServicePort = {
  readonly kind: 'http';
  readonly service: string;
  readonly port: number;
  readonly protocol: HttpProtocol;
  readonly rules: readonly Rule[];
};

/** Connections; `idle` is in milliseconds, 0 for no limit. `router`: the virtual router that distributes them, if any. */
export type TcpServicePort = {
  readonly kind: 'tcp';
  readonly service: string;
  readonly port: number;
  readonly router: string | undefined;
  readonly targets: readonly Target[];
  readonly idle: number;
};

/** A routing rule. Times are in milliseconds, 0 for no limit; an undefined `idle` is Envoy's 5 minutes. */
export type Rule = {
  readonly name: string;
  readonly conditions: Conditions;
  readonly targets: readonly Target[];
  readonly timeout: number;
  readonly idle: number | undefined;
  readonly retry: RetryPolicyInit;
};

/** A target and its weight, relative to the others. */
export type Target = Upstream & { readonly weight: number };
