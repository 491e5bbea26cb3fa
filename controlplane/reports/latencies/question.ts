import type { FiguresCaller } from '../../../common/contracts/reports.ts';
import type { ConnectedAgent } from '../../agents/agent-entry.ts';
import type { MeshId } from '../../mesh/resource.ts';

/** Which proxies are asked: all of a resource, or the one whose stream has this address, `HOST:PORT`. */
export type AskedProxies =
  | { readonly kind: 'resource'; readonly resource: FiguresCaller }
  | { readonly kind: 'proxy'; readonly peer: string };

/** A question for latencies. `clusters`: empty for all. `seconds`: the time between two readings; 0 for all since Envoy's start. */
export type LatencyQuestion = {
  readonly mesh: MeshId;
  readonly proxies: AskedProxies;
  readonly clusters: readonly string[];
  readonly seconds: number;
};

/** The longest time between two readings, in seconds. */
export const MOST_SECONDS = 60;
/** Proxies that a replica asks for one question; a virtual node with more is judged by these. */
export const MOST_PROXIES = 50;

/** Returns the agents that a question is for, of those of its mesh. */
export function askedAgents(
  { proxies }: LatencyQuestion,
  agents: readonly ConnectedAgent[],
): readonly ConnectedAgent[] {
  const isAsked = ({ peer, identity }: ConnectedAgent): boolean =>
    proxies.kind === 'proxy'
      ? peer === proxies.peer
      : identity.kind === proxies.resource.kind && identity.name === proxies.resource.name;
  return agents.filter(isAsked).slice(0, MOST_PROXIES);
}
