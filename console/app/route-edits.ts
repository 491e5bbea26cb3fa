import { signal } from '@preact/signals';
import type { SpecChange } from '../../controlplane/console/contract.ts';
import type { MeshName } from '../api/kinds.ts';
import { keyOf, type Typed } from '../model/resources.ts';
import { targetsOf, withShares, withTargets, type Target } from '../model/routes/routes.ts';
import type { RouteCardState } from '../pages/route-card-state.ts';
import {
  previewOf,
  undoChange,
  updateResource,
  type Outcome,
  type Preview,
  type Seen,
} from '../state/change.ts';
import { replaceInModel } from '../state/follow.ts';
import { beginPush, pushOf, type PushStart } from '../state/push.ts';
import { may } from '../state/state.ts';

/** How long the weights have to stay before the effect is worked out, in milliseconds. */
const PREVIEW_MS = 200;

/** A route that the user is changing. */
type Edit = {
  /** The route that the edit is of: a later one of the same name is another. */
  readonly seen: Seen;
  readonly targets: readonly Target[] | undefined;
  readonly preview: Preview;
  readonly push: PushStart | undefined;
  readonly error: string | undefined;
  readonly conflict: boolean;
  /** Whether the change is on its way. */
  readonly saving: boolean;
  /** The specification before the last change from here. */
  readonly before: Typed<'route'>['spec'] | undefined;
};

/** The part of a route's card that its edit is. */
export type RouteEdit = Omit<RouteCardState, 'seen' | 'standing' | 'services' | 'holders'>;

const edits = signal<ReadonlyMap<string, Edit>>(new Map());
/** The question about the effect of each edit, which a newer one of the same route replaces. */
const questions = new Map<string, AbortController>();

/** Returns the edit of a route, and the actions on it. `nodes`: the names of all virtual nodes. */
export function routeEdit(route: Typed<'route'>, at: MeshName, nodes: readonly string[]): RouteEdit {
  const id = keyOf(route);
  const key = `${at.owner}/${at.mesh}/${id}`;
  const edit = edits.value.get(key);
  const set = (change: Partial<Edit>): void => {
    const old = edits.value.get(key) ?? unchanged(route);
    edits.value = new Map([...edits.value, [key, { ...old, ...change }]]);
  };
  const { save, back } = writesOf(route, at, key, set);
  const current = edit?.targets ?? targetsOf(route.spec);
  const changed = edit?.targets === undefined ? route.spec : withTargets(route.spec, edit.targets);
  const isSeen = edit?.seen.version === route.version && edit.seen.uid === route.uid;
  const stale = edit?.targets !== undefined && !isSeen;
  const change = (targets: readonly Target[]): void => {
    const seen = edit?.targets === undefined ? route : edit.seen;
    set({
      seen,
      targets: withShares(targets),
      preview: { state: 'checking' },
      push: undefined,
      error: undefined,
    });
    ask(key, async (signalled) => {
      const preview = await previewOf(at, route, 'Update', withTargets(route.spec, targets), signalled);
      if (!signalled.aborted) set({ preview });
    });
  };
  return {
    id,
    route,
    targets: edit?.targets,
    others: nodes.filter((name) => current.every(({ virtualNode }) => virtualNode !== name)),
    preview: edit?.preview ?? { state: 'none' },
    push: edit?.push && pushOf(edit.push),
    conflict: edit?.conflict === true || stale,
    saving: edit?.saving === true,
    error: edit?.error,
    writable: may.value('appmesh:UpdateRoute'),
    undoable: edit?.before !== undefined && isSeen,
    onWeight: (index, weight) =>
      change(current.map((target, place) => (place === index ? { ...target, weight } : target))),
    // A new target takes the port of the others, which have to be alike in this.
    onAdd: (virtualNode) => {
      const port = current[0]?.port;
      change([...current, { virtualNode, weight: 0, share: 0, ...(port === undefined ? {} : { port }) }]);
    },
    onReset: () => {
      questions.get(key)?.abort();
      set({ ...unchanged(route), before: edit?.before });
    },
    onApply: () => void save(changed, edit?.seen),
    onOverwrite: () => void save(changed, undefined),
    onUndo: () => {
      if (edit?.before !== undefined) void save(edit.before, edit.seen);
    },
    onBack: (undone) => void back(undone),
  };
}

/** The writes of a route from here: `save` a specification, `back` to the one before a change. `set`: takes what becomes of them. */
function writesOf(route: Typed<'route'>, at: MeshName, key: string, set: (change: Partial<Edit>) => void) {
  const begin = (): void => {
    // The effect is no longer of interest, and would take the control plane's time from the change.
    questions.get(key)?.abort();
    const isChecking = edits.peek().get(key)?.preview.state === 'checking';
    set({ saving: true, ...(isChecking ? { preview: { state: 'none' } } : {}) });
  };
  const save = async (spec: Typed<'route'>['spec'], seen: Seen | undefined): Promise<void> => {
    begin();
    const push = await beginPush();
    const outcome = await updateResource(at, route, spec, seen);
    if (outcome.kind !== 'done') return set({ saving: false, ...failureOf(outcome) });
    const { version, updatedAt } = outcome;
    replaceInModel({ ...route, spec, version, updatedAt });
    set({
      seen: { uid: route.uid, version },
      targets: undefined,
      preview: { state: 'none' },
      conflict: false,
      saving: false,
      error: undefined,
      before: route.spec,
      push,
    });
  };
  const back = async ({ id: undone }: SpecChange): Promise<void> => {
    begin();
    const push = await beginPush();
    const outcome = await undoChange(at, undone, route);
    if (outcome.kind !== 'done') return set({ saving: false, ...failureOf(outcome) });
    set({ ...unchanged({ uid: route.uid, version: outcome.version }), push });
  };
  return { save, back };
}

function failureOf(outcome: Exclude<Outcome, { kind: 'done' }>): Partial<Edit> {
  return outcome.kind === 'conflict' ? { conflict: true } : { error: outcome.message };
}

function unchanged({ uid, version }: Seen): Edit {
  return {
    seen: { uid, version },
    targets: undefined,
    preview: { state: 'none' },
    push: undefined,
    error: undefined,
    conflict: false,
    saving: false,
    before: undefined,
  };
}

/** Asks after a pause, and drops the question about the same route before it. */
function ask(key: string, question: (signalled: AbortSignal) => Promise<void>): void {
  questions.get(key)?.abort();
  const current = new AbortController();
  questions.set(key, current);
  setTimeout(() => {
    if (!current.signal.aborted) void question(current.signal);
  }, PREVIEW_MS);
}
