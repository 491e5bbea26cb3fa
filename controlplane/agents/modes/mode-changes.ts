import { performance } from 'node:perf_hooks';
import type { Log } from '../../../common/log.ts';
import { idKey, meshKey, type Model } from '../../mesh/model.ts';
import type { Change, MeshId } from '../../mesh/resource.ts';
import type { NodeId } from '../draining.ts';
import { changedModes, modesThrough, virtualNode } from './changed-modes.ts';
import type { FormerIdentities } from './former-identities.ts';
import { identitiesOf, securedMeshes, type Identities } from './identities.ts';
import { nextChange, resumedChange, type ModeChange } from './mode-change.ts';
import { MODE_TIMES, type ModeTimes } from './mode-times.ts';
import { ONE_REPLICA, type PendingReplicas } from './pending-replicas.ts';
import { beginChange, checkChange, type RunningChange } from './running-change.ts';

/** The virtual nodes whose mode of mutual TLS changes now. */
export type ModeChanges = {
  readonly of: (node: NodeId) => ModeChange | undefined;
  /** Calls `listener` with each virtual node whose change has ended. */
  readonly onEnd: (listener: (node: NodeId) => void) => void;
  /**
   * Starts to check which changes have ended. `isSettled`: whether all connected proxies of a virtual node and of its callers have the
   * configuration of the current model.
   */
  readonly follow: (isSettled: (node: NodeId) => boolean) => void;
  readonly close: () => void;
};

/** The inputs of `createModeChanges`. */
export type ModeChangesOptions = {
  readonly model: Model;
  readonly onChanges: (listener: (changes: readonly Change[]) => void) => () => void;
  /** Changes that an earlier process may not have carried out to the end. */
  readonly recent: readonly FormerIdentities[];
  readonly log: Log;
  /** Default: there is one replica. */
  readonly pending?: PendingReplicas | undefined;
};

/** Follows the modes of a model. */
export function createModeChanges(
  { model, onChanges, recent, log, pending = ONE_REPLICA }: ModeChangesOptions,
  times: ModeTimes = MODE_TIMES,
): ModeChanges {
  const known = new Map<string, Identities>();
  const changes = new Map<string, RunningChange>();
  const listeners: ((node: NodeId) => void)[] = [];
  let isSettled: (node: NodeId) => boolean = () => false;
  let timer: NodeJS.Timeout | undefined;

  for (const [key, mesh] of securedMeshes(model.resources())) known.set(key, identitiesOf(model, mesh));
  for (const former of recent) resume(former);

  /** Goes on with the changes of an earlier process. */
  function resume({ mesh, states, at }: FormerIdentities): void {
    // The clock of the replica that wrote `at` may be ahead.
    const left = Math.min(times.restarted, at + times.restarted - Date.now());
    for (const { node, modes } of modesThrough(model, mesh, states)) {
      const change = resumedChange(modes);
      if (change !== undefined) add(node, change, left);
    }
    plan();
  }

  function begin(mesh: MeshId, before: Identities): void {
    known.set(meshKey(mesh), identitiesOf(model, mesh));
    for (const { node, was, to } of changedModes(model, mesh, before)) {
      const current = changes.get(idKey(node));
      if (current !== undefined) remove(current);
      const change = nextChange(current?.change, was, to);
      if (change !== undefined) add(node, change, 0);
    }
    plan();
  }

  /** `least`: how long the change lasts at least, in milliseconds. */
  function add(node: NodeId, change: ModeChange, least: number): void {
    const now = performance.now();
    changes.set(idKey(node), beginChange(node, change, { now, notBefore: now + least }));
  }

  function remove({ node }: RunningChange): void {
    changes.delete(idKey(node));
    pending.set(node, false);
  }

  function plan(): void {
    if (changes.size > 0) timer ??= setTimeout(checkAll, times.every).unref();
  }

  function checkAll(): void {
    timer = undefined;
    for (const [key, change] of changes) {
      const isSettledHere = isSettled(change.node);
      pending.set(change.node, !isSettledHere);
      const seen = { now: performance.now(), isSettled: isSettledHere && !pending.elsewhere(change.node) };
      const checked = checkChange(change, seen, times);
      if (checked.state === 'running') changes.set(key, checked.running);
      else end(change, checked.state);
    }
    plan();
  }

  function end(ended: RunningChange, state: 'settled' | 'overdue'): void {
    const { node, change } = ended;
    remove(ended);
    const said = { mesh: node.mesh, virtualNode: node.name, ...change };
    if (state === 'overdue')
      log.warn(
        said,
        'the mode of mutual TLS changes although a proxy has not answered: its connections may fail',
      );
    log.info(said, 'the mode of mutual TLS has changed');
    for (const listener of listeners) listener(node);
  }

  const stop = onChanges((committed) => {
    for (const [key, mesh] of securedMeshes(committed.map(({ id }) => id))) begin(mesh, known.get(key) ?? []);
  });

  return {
    of: (node) => changes.get(idKey(virtualNode(node)))?.change,
    onEnd: (listener) => void listeners.push(listener),
    follow(settled) {
      isSettled = settled;
    },
    close() {
      stop();
      clearTimeout(timer);
    },
  };
}
