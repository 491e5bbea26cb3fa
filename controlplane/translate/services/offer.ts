import type { Conditions } from '../envoy/routes/match.ts';
import type { RetryPolicyInit } from '../envoy/routes/retry.ts';
import type { Upstream } from '../envoy/clusters/upstream.ts';
import type { HttpProtocol } from '../names.ts';

/** What a virtual service offers on one port. A service with several listeners behind it has several offers. */
export type Offer = HttpOffer | TcpOffer;

/** Requests, sent by rules, first match wins; `port` is where callers ask for it. */
export type HttpOffer = {
  readonly kind: 'http';
  readonly service: string;
  readonly port: number;
  readonly protocol: HttpProtocol;
  readonly rules: readonly Rule[];
};

/** Connections; `idle` is in milliseconds, 0 for no limit. `router`: the virtual router that shares them out, if one does. */
export type TcpOffer = {
  readonly kind: 'tcp';
  readonly service: string;
  readonly port: number;
  readonly router: string | undefined;
  readonly targets: readonly Target[];
  readonly idle: number;
};

/** Where some requests go. Times are in milliseconds, 0 for no limit; an `idle` not given is Envoy's, 5 minutes. */
export type Rule = {
  readonly name: string;
  readonly conditions: Conditions;
  readonly targets: readonly Target[];
  readonly timeout: number;
  readonly idle: number | undefined;
  readonly retry: RetryPolicyInit;
};

/** A target and its share, relative to the others'. */
export type Target = Upstream & { readonly weight: number };
