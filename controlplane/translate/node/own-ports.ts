import { chain, closing, type FilterChainInit } from '../envoy/filter-chains.ts';
import { EGRESS_PORT, INGRESS_PORT } from '../names.ts';

/** Returns the chains for the proxy's own ports: a direct connection to one would loop back to the proxy forever. */
export function ownPorts(ports: readonly number[] = [INGRESS_PORT, EGRESS_PORT]): readonly FilterChainInit[] {
  return ports.map((port) => chain(`own_port_${port}`, { destinationPort: port }, closing()));
}
