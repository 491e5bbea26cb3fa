import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import { resolve } from '../ads/identity.ts';
import { idKey, type Model } from '../mesh/model.ts';
import { stateOf, type Entry } from './agent-entry.ts';
import type { ResourceId } from '../mesh/resource.ts';
import { peerHost } from '../../common/addresses/peer-host.ts';

/** The reports of all agents at one moment. */
export type AgentReports = {
  /** The proxy whose agent connects from an address, or reports the address as its own; undefined if there is none. */
  readonly proxyAt: (address: string) => ProxyAt | undefined;
  /** The refused requests and connections that the agents of a virtual node report. */
  readonly refusalsOf: (node: ResourceId<'virtualNode'>) => readonly Refusal[];
};

/** A proxy: `mesh/M/virtualNode/N`, and the resource that the name stands for now. */
export type ProxyAt = { readonly path: string; readonly id: ReturnType<typeof resolve> };

/** Reads the latest states of all agents at once. `entries`: by the peer address. */
export function readReports(entries: ReadonlyMap<string, Entry>, model: Model): AgentReports {
  const proxies = new Map<string, ProxyAt>();
  const refusals = new Map<string, Refusal[]>();
  for (const [peer, entry] of entries) {
    const id = resolve(model, entry.identity);
    const state = stateOf(entry);
    // An unauthenticated agent could name the addresses of others.
    const own = [peerHost(peer), ...((entry.isIdentified && state?.addresses) || [])];
    for (const address of own) if (!proxies.has(address)) proxies.set(address, { path: entry.resource, id });
    const reported = state?.refusals ?? [];
    if (id?.kind !== 'virtualNode' || reported.length === 0) continue;
    const all = refusals.get(idKey(id)) ?? [];
    all.push(...reported);
    refusals.set(idKey(id), all);
  }
  return {
    proxyAt: (address) => proxies.get(address),
    refusalsOf: (node) => refusals.get(idKey(node)) ?? [],
  };
}
