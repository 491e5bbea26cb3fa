import { performance } from 'node:perf_hooks';
import type { Log } from '../../common/log.ts';
import { idKey, meshKey, type Model } from '../mesh/model.ts';
import type { Change, MeshId, Resource } from '../mesh/resource.ts';
import { securityOf } from '../mesh/security.ts';
import type { MtlsMode } from '../model/daybreak-types.ts';
import type { NodeId } from './draining.ts';

/**
 * A change of the mode of a virtual node that its proxies and callers have not finished: they change one after the other, so that no
 * connection fails. Meanwhile its proxies take plain text and mutual TLS.
 */
export type ModeChange = {
  readonly from: MtlsMode;
  readonly to: MtlsMode;
};

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

/** The times of a change, in milliseconds. */
export type ModeTimes = {
  /** How long proxies must have been settled: Envoy resolves the host names of a new cluster after its ACK. */
  readonly settled: number;
  /** The longest time of a change, because a proxy may never answer. */
  readonly most: number;
  /** How long a change of an earlier process goes on at least: proxies have to connect again. */
  readonly restarted: number;
  readonly every: number;
};

/** Which replicas have proxies of a virtual node or of its callers that are not settled. Callers may be connected to any replica. */
export type PendingReplicas = {
  /** Tells the others whether this replica has one. */
  readonly set: (node: NodeId, isPending: boolean) => void;
  readonly elsewhere: (node: NodeId) => boolean;
};

const ONE_REPLICA: PendingReplicas = { set: () => undefined, elsewhere: () => false };

/** The times of a change. */
export const MODE_TIMES: ModeTimes = {
  settled: 10_000,
  most: 300_000,
  restarted: 60_000,
  every: 1000,
};

/** Times are by the monotonic clock, so that a clock that is set makes no change longer. */
type Entry = {
  readonly node: NodeId;
  readonly change: ModeChange;
  readonly begun: number;
  /** The change does not end before this time, because proxies may not be connected yet. */
  readonly notBefore: number;
  settledSince: number | undefined;
};

/** The identities of a mesh before the last changes of an earlier process. `at`: the latest of these, in milliseconds since 1970. */
export type FormerIdentities = {
  readonly mesh: MeshId;
  readonly identities: Identities;
  readonly at: number;
};

/** The MeshIdentity and the NodeIdentities of a mesh. */
export type Identities = readonly Resource[];

/**
 * Follows the modes of a model. `recent`: changes that an earlier process may not have carried out to the end.
 */
export function createModeChanges(
  {
    model,
    onChanges,
    recent,
    log,
    pending = ONE_REPLICA,
  }: {
    readonly model: Model;
    readonly onChanges: (listener: (changes: readonly Change[]) => void) => () => void;
    readonly recent: readonly FormerIdentities[];
    readonly log: Log;
    /** Default: there is one replica. */
    readonly pending?: PendingReplicas | undefined;
  },
  times: ModeTimes = MODE_TIMES,
): ModeChanges {
  const known = new Map<string, Identities>();
  const entries = new Map<string, Entry>();
  const listeners: ((node: NodeId) => void)[] = [];
  let isSettled: (node: NodeId) => boolean = () => false;
  let timer: NodeJS.Timeout | undefined;

  for (const mesh of securedMeshes(model)) known.set(meshKey(mesh), identitiesOf(model, mesh));
  for (const { mesh, identities, at } of recent) {
    // The clock of the replica that wrote `at` may be ahead.
    const left = Math.min(times.restarted, at + times.restarted - Date.now());
    begin(mesh, identities, performance.now() + left);
  }

  function begin(mesh: MeshId, before: Identities, notBefore: number): void {
    const now = identitiesOf(model, mesh);
    known.set(meshKey(mesh), now);
    const former = withIdentities(model, now, before);
    for (const node of model.list('virtualNode', mesh)) {
      const was = securityOf(former, node).mtls;
      const to = securityOf(model, node).mtls;
      if (was === to) continue;
      const id = idOf(node);
      const from = entries.get(idKey(id))?.change.from ?? was;
      if (entries.delete(idKey(id))) pending.set(id, false);
      // From OFF, callers wait for the report of each instance in any case.
      if (from === 'OFF' || from === to) continue;
      const change = { from, to };
      const begun = performance.now();
      entries.set(idKey(id), { node: id, change, begun, notBefore, settledSince: undefined });
    }
    plan();
  }

  function plan(): void {
    if (entries.size > 0) timer ??= setTimeout(look, times.every).unref();
  }

  function look(): void {
    timer = undefined;
    const now = performance.now();
    for (const [key, entry] of entries) {
      const { node, change, begun, notBefore } = entry;
      const isSettledHere = isSettled(node);
      pending.set(node, !isSettledHere);
      const isSettledNow = isSettledHere && !pending.elsewhere(node);
      entry.settledSince = isSettledNow ? (entry.settledSince ?? now) : undefined;
      const isDone = entry.settledSince !== undefined && now - entry.settledSince >= times.settled;
      if (now < notBefore || (!isDone && now - begun < times.most)) continue;
      entries.delete(key);
      pending.set(node, false);
      if (!isDone)
        log.warn(
          { mesh: node.mesh, virtualNode: node.name, ...change },
          'the mode of mutual TLS changes although a proxy has not answered: its connections may fail',
        );
      log.info({ mesh: node.mesh, virtualNode: node.name, ...change }, 'the mode of mutual TLS has changed');
      for (const listener of listeners) listener(node);
    }
    plan();
  }

  const stop = onChanges((changes) => {
    const meshes = new Map(
      changes
        .filter(({ id }) => id.kind === 'meshIdentity' || id.kind === 'nodeIdentity')
        .map(({ id: { owner, mesh } }) => [meshKey({ owner, mesh }), { owner, mesh }]),
    );
    for (const [key, mesh] of meshes) begin(mesh, known.get(key) ?? [], 0);
  });

  return {
    of: (node) => entries.get(idKey(idOf(node)))?.change,
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

/** Returns the identities of a mesh. */
export function identitiesOf(model: Model, mesh: MeshId): Identities {
  return [...model.list('meshIdentity', mesh), ...model.list('nodeIdentity', mesh)];
}

function withIdentities(model: Model, now: Identities, before: Identities): Model {
  const kept = new Set(before.map(idKey));
  return model.with({ puts: before, deletes: now.filter((each) => !kept.has(idKey(each))) });
}

function securedMeshes(model: Model): readonly MeshId[] {
  const meshes = new Map<string, MeshId>();
  for (const { kind, owner, mesh } of model.resources())
    if (kind === 'meshIdentity' || kind === 'nodeIdentity')
      meshes.set(meshKey({ owner, mesh }), { owner, mesh });
  return [...meshes.values()];
}

function idOf({ owner, mesh, name }: Pick<NodeId, 'owner' | 'mesh' | 'name'>): NodeId {
  return { kind: 'virtualNode', owner, mesh, parent: '', name };
}
