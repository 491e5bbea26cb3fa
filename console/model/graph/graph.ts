/** A piece of the map: a gateway, a node or a virtual service, or a name that something refers to and that does not exist. */
export type Piece = {
  /** As `keyOf` writes it; for a group `group/…`. */
  readonly key: string;
  readonly kind: 'virtualGateway' | 'virtualNode' | 'virtualService' | 'group';
  readonly name: string;
  /** Where its traffic comes from or goes to: a host name, a port, a router. */
  readonly detail: string;
  /** TLS of its listeners. */
  readonly tls: Tls | undefined;
  readonly fault: Fault | undefined;
  /** The keys of the pieces in a group; only for groups. */
  readonly members?: readonly string[];
};

/**
 * How a piece takes calls by TLS. `strict`, `permissive`: TLS that the model configures, required or optional. `mutual`, `mutualOptional`: mutual TLS
 * between proxies, by the certificates of the control plane.
 */
export type Tls = 'strict' | 'permissive' | 'mutual' | 'mutualOptional';

/** Whether TLS is required: the lock of the map is closed then, and else dashed. */
export function isRequired(tls: Tls): boolean {
  return tls === 'strict' || tls === 'mutual';
}

/** The fault of a piece: it does not exist, or, for a virtual service, it has no provider, its router does not exist, or has no route. */
export type Fault = 'missing' | 'no provider' | 'no router' | 'no route';

/** A line of the map. */
export type Line = {
  /** Unique, and the same as long as both ends are. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** The routes that it comes from; none for a backend, or for a service without a router. */
  readonly routes: readonly RouteShare[];
  /** `closed`: its calls use TLS. `optional`: they use TLS where both ends can. */
  readonly lock: 'closed' | 'optional' | undefined;
  readonly fault: boolean;
};

/** A route, as `keyOf` writes it, with the share of its requests, of 1, that goes along a line. `only`: its router has no other. */
export type RouteShare = { readonly key: string; readonly share: number; readonly only: boolean };

/** The map of a mesh. */
export type Graph = { readonly pieces: readonly Piece[]; readonly lines: readonly Line[] };
