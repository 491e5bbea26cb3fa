import type { TargetTls } from './target-tls.ts';

/** The predicted path of a request from the application beside a proxy, or into a virtual gateway. */
export type Explanation = {
  /** The proxy's resource, e.g. `mesh/default/virtualNode/colorgateway-vn`. */
  readonly proxy: string;
  /** The passes through the proxy's listeners, in order: a virtual gateway has two. */
  readonly passes: readonly Pass[];
  readonly outcome: Outcome;
  /** A sent request as its target gets it, with the path after rewrites; absent for a connection without requests. */
  readonly request?: { readonly method: string; readonly path: string };
};

/** One pass through a listener: its filter chain, and for requests the virtual host with all of its routes. */
export type Pass = {
  readonly listener: string;
  readonly chain: string;
  readonly routeConfiguration?: string;
  /** For outbound requests, its name is the virtual service's. `domain` is the domain that matched the Host header. */
  readonly virtualHost?: { readonly name: string; readonly domain: string };
  readonly routes: readonly ConsideredRoute[];
};

/**
 * A route in Envoy's order. `may match`: the match depends on a value that Envoy generates per request, e.g. the request id; the
 * rest of the explanation holds if the route does not match. `why`: the conditions that are not met, or may not be met.
 */
export type ConsideredRoute = {
  readonly name: string;
  readonly verdict: 'taken' | 'may match' | 'no match' | 'not reached';
  readonly why: readonly string[];
};

/** The outcome of a request. */
export type Outcome = Sent | Passed | Answered | Closed | Direct;

/** The proxy sends the request to one of these, by shares of 1. Times are in seconds; absent: no limit, or Envoy's own. */
export type Sent = {
  readonly kind: 'sent';
  readonly virtualService?: string;
  readonly targets: readonly SentTarget[];
  readonly timeout?: number;
  readonly idleTimeout?: number;
  readonly retry?: { readonly on: string; readonly retries: number; readonly perTryTimeout?: number };
};

/** One target; `virtualNode` is set for targets in the mesh. `tls`: absent if the proxy does not have the cluster. */
export type SentTarget = {
  readonly cluster: string;
  readonly virtualNode?: string;
  readonly share: number;
  readonly tls?: TargetTls;
};

/** The proxy passes the request on to its original destination, outside the mesh. */
export type Passed = { readonly kind: 'passed'; readonly cluster: string; readonly why: string };

/** The proxy answers itself. */
export type Answered = { readonly kind: 'answered'; readonly status: number; readonly why: string };

/** The proxy closes the connection. */
export type Closed = { readonly kind: 'closed'; readonly why: string };

/** The call goes to its destination without passing the proxy. */
export type Direct = { readonly kind: 'direct'; readonly why: string };
