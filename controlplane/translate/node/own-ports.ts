import { chain, closing, type FilterChainInit } from '../envoy/filter-chains.ts';
import { EGRESS_PORT, INGRESS_PORT } from '../names.ts';

/** A connection that was made straight to the proxy would be sent to the proxy, without end. */
export function ownPorts(): readonly FilterChainInit[] {
  return [INGRESS_PORT, EGRESS_PORT].map((port) =>
    chain(`own_port_${port}`, { destinationPort: port }, closing()),
  );
}
