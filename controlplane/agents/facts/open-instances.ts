import type { Log } from '../../../common/log.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import { idKey } from '../../mesh/model.ts';
import type { NodeId } from '../draining.ts';
import { createMutualInstances, type MutualInstances } from '../mutual-instances.ts';
import { createPlainCallers, type PlainCallers } from '../plain-callers.ts';
import type { PendingReplicas } from '../modes/pending-replicas.ts';
import { createNodeFacts, type NodeFacts } from './node-facts.ts';
import { shareMutual } from './share-mutual.ts';
import { sharePlainCallers } from './share-plain-callers.ts';

/** The instances of virtual nodes, as far as mutual TLS is concerned. */
export type Instances = {
  readonly mutual: MutualInstances;
  readonly plain: PlainCallers;
  /** Whether a proxy without a certificate is connected, to this replica or another one. */
  readonly hasOthers: (node: NodeId) => boolean;
  /** Follows which proxies without a certificate are connected to this replica. */
  readonly followOthers: (configs: ConnectedOthers) => void;
  /** Shares which virtual nodes have proxies that did not ACK a change of the mode. Undefined without replicas. */
  readonly pending: PendingReplicas | undefined;
  readonly close: () => void;
};

/** The connected proxies. */
export type ConnectedOthers = {
  readonly hasOthers: (node: NodeId) => boolean;
  readonly onOthers: (listener: (node: NodeId) => void) => void;
  readonly refreshCallers: (node: NodeId) => void;
};

/**
 * Opens the tables. `windowSeconds`: how long a caller without mutual TLS counts. `isShared`: whether there is an authority, without which
 * the store need not keep the tables.
 */
export function openInstances(
  live: LiveModel,
  {
    isShared,
    windowSeconds,
    log,
  }: { readonly isShared: boolean; readonly windowSeconds: number; readonly log: Log },
): Instances {
  const windowMs = windowSeconds * 1000;
  const mutual = createMutualInstances();
  const plain = createPlainCallers(windowMs);
  let here: (node: NodeId) => boolean = () => false;
  if (!isShared) {
    return {
      mutual,
      plain,
      hasOthers: (node) => here(node),
      followOthers: ({ hasOthers }) => void (here = hasOthers),
      pending: undefined,
      close: () => undefined,
    };
  }
  const facts = createNodeFacts(live, log);
  return {
    mutual: shareMutual(mutual, facts),
    plain: sharePlainCallers(plain, facts, windowMs),
    hasOthers: (node) => here(node) || facts.of(node, 'other').length > 0,
    followOthers(configs) {
      here = configs.hasOthers;
      configs.onOthers((node) =>
        configs.hasOthers(node)
          ? facts.put(node, facts.replica, { kind: 'other' })
          : facts.drop(node, 'other', facts.replica),
      );
      facts.onChange((node, kind) => {
        if (kind === 'other') configs.refreshCallers(node);
      });
    },
    pending: sharePending(facts),
    close: facts.close,
  };
}

function sharePending(facts: NodeFacts): PendingReplicas {
  const pending = new Set<string>();
  return {
    set(node, isPending) {
      const key = idKey(node);
      if (pending.has(key) === isPending) return;
      if (isPending) {
        pending.add(key);
        facts.put(node, facts.replica, { kind: 'pending' });
      } else {
        pending.delete(key);
        facts.drop(node, 'pending', facts.replica);
      }
    },
    elsewhere: (node) => facts.of(node, 'pending').some(({ id }) => id !== facts.replica),
  };
}
