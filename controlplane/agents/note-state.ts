import type { AgentState } from '../../common/contracts/agent-channel/state.ts';
import type { Log } from '../../common/log.ts';
import { resolve } from '../ads/identity.ts';
import type { Model } from '../mesh/model.ts';
import type { Entry } from './agent-entry.ts';
import type { Draining } from './draining.ts';
import type { MutualInstances } from './mutual-instances.ts';
import type { PlainCallers } from './plain-callers.ts';
import { peerHost } from '../../common/addresses/peer-host.ts';

/** The tables of instances that states of agents change. */
export type InstanceTables = {
  readonly model: Model;
  readonly draining: Draining;
  readonly mutual: MutualInstances;
  readonly plain: Pick<PlainCallers, 'add'>;
  readonly log: Log;
};

/**
 * Records an agent's report about its own instance. An agent speaks only for the virtual node that its credential admits. Only an
 * authenticated agent may name addresses and callers: any other agent could name arbitrary ones.
 */
export function noteState(
  { identity, resource, isIdentified, call }: Entry,
  state: AgentState,
  { model, draining, mutual, plain, log }: InstanceTables,
): void {
  const { peer } = call.connection;
  const node = resolve(model, identity);
  if (node === undefined || node.kind !== 'virtualNode') return;
  const own = { from: peerHost(peer), addresses: isIdentified ? state.addresses : [] };
  const taking = state.mtlsPorts.length > 0 ? { ...own, ports: state.mtlsPorts } : undefined;
  mutual.set(peer, node, taking, own.from);
  if (isIdentified) plain.add(node, state.plainCallers);
  const wasDraining = draining.isSet(peer);
  draining.set(peer, node, state.draining ? own : undefined);
  if (state.ready && !state.draining) draining.serves(node, own);
  if (state.draining === wasDraining) return;
  const words = state.draining ? 'an instance drains: its callers get other instances' : 'serves again';
  log.info({ proxy: resource, peer, reason: state.reason }, `a proxy ${words}`);
}
