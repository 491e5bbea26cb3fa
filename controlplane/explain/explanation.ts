/** What would become of a request that the application beside a proxy sends, or that comes to a virtual gateway. */
export type Explanation = {
  /** The proxy's resource, e.g. `mesh/default/virtualNode/colorgateway-vn`. */
  readonly proxy: string;
  /** The ways through the proxy's listeners, in order: a virtual gateway has two. */
  readonly passes: readonly Pass[];
  readonly outcome: Outcome;
};

/** One way through a listener: its filter chain, and for requests the virtual host and every route of it. */
export type Pass = {
  readonly listener: string;
  readonly chain: string;
  readonly routeConfiguration?: string;
  /** On the way out its name is the virtual service's. `domain` is what the Host header was taken by. */
  readonly virtualHost?: { readonly name: string; readonly domain: string };
  readonly routes: readonly ConsideredRoute[];
};

/**
 * A route in Envoy's order. `may match`: that depends on what Envoy makes for each request, e.g. its id; what follows holds
 * where it does not. `why`: each condition that the request does not meet, or may not meet.
 */
export type ConsideredRoute = {
  readonly name: string;
  readonly verdict: 'taken' | 'may match' | 'no match' | 'not reached';
  readonly why: readonly string[];
};

/** What happens in the end. */
export type Outcome = Sent | Passed | Answered | Closed;

/** It is sent to one of these, each in its share of 1. Times are in seconds; absent: no limit, or Envoy's own. */
export type Sent = {
  readonly kind: 'sent';
  readonly virtualService?: string;
  readonly targets: readonly SentTarget[];
  readonly timeout?: number;
  readonly idleTimeout?: number;
  readonly retry?: { readonly on: string; readonly retries: number; readonly perTryTimeout?: number };
};

/** One target; `virtualNode` is known for targets in the mesh. */
export type SentTarget = { readonly cluster: string; readonly virtualNode?: string; readonly share: number };

/** It goes on to the address that the application asked for, outside the mesh. */
export type Passed = { readonly kind: 'passed'; readonly cluster: string; readonly why: string };

/** The proxy answers itself. */
export type Answered = { readonly kind: 'answered'; readonly status: number; readonly why: string };

/** The proxy closes the connection. */
export type Closed = { readonly kind: 'closed'; readonly why: string };
