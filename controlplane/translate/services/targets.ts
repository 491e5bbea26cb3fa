import type { TargetNode } from '../../mesh/proxy-view.ts';
import type { Listener, WeightedTarget } from '../../model/types.ts';
import { upstreamProblem } from '../envoy/clusters/upstream.ts';
import type { Target } from './service-port.ts';
import type { Report } from '../problems.ts';

/** Returns the effective listeners: the first on each port. */
export function onePerPort<L extends { readonly portMapping: { readonly port: number } }>(
  listeners: readonly L[],
  where: string,
  report: Report,
): readonly L[] {
  const ports = new Set<number>();
  return listeners.filter(({ portMapping: { port } }) => {
    if (ports.has(port)) report(`${where}/listener/${port}`, 'another listener before it has this port');
    return !ports.has(port) && ports.add(port);
  });
}

/** Returns the listener of a route's target: the one on its port, else the one that fits the route's port best. */
export function resolveTarget(
  { virtualNode, port, weight }: WeightedTarget,
  route: { readonly protocol: string; readonly port: number },
  nodes: readonly TargetNode[],
): Target | { readonly problem: string } {
  const node = nodes.find(({ name }) => name === virtualNode);
  const problem = (what: string): { problem: string } => ({ problem: `virtual node ${virtualNode} ${what}` });
  if (node === undefined) return problem('does not exist');
  const listener = targetListener(node.listeners, port, route);
  if (listener === undefined) {
    return problem(port === undefined ? 'has no listener' : `has no listener on port ${port}`);
  }
  const { protocol } = listener.portMapping;
  const mismatch =
    route.protocol !== 'tcp' && (protocol === 'tcp' || (route.protocol === 'grpc' && protocol === 'http'));
  if (mismatch)
    return problem(`has a ${protocol} listener, which a ${route.protocol} route cannot be sent to`);
  const unreachable = upstreamProblem({ node });
  if (unreachable !== undefined) return problem(`cannot be reached: ${unreachable}`);
  return { node, listener, weight };
}

function targetListener(
  listeners: readonly Listener[],
  port: number | undefined,
  route: { readonly protocol: string; readonly port: number },
): Listener | undefined {
  if (port !== undefined) return listeners.find(({ portMapping }) => portMapping.port === port);
  return (
    listeners.find(({ portMapping }) => portMapping.port === route.port) ??
    listeners.find(({ portMapping }) => portMapping.protocol === route.protocol) ??
    listeners[0]
  );
}
