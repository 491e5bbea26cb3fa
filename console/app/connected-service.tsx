import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { find, keyOf, ofKind, type Typed } from '../model/resources.ts';
import { inMatchOrder, targetsOf, withShares, withTargets, type Target } from '../model/routes.ts';
import { ServicePage } from '../pages/service-page.tsx';
import type { RouteCardState } from '../pages/route-card.tsx';
import { previewOf, updateResource, type Preview } from '../state/change.ts';
import { beginPush, pushOf, type PushStart } from '../state/push.ts';
import { replaceInModel } from '../state/follow.ts';
import { may, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';

/** How long the weights have to stay before the effect is worked out, in milliseconds. */
const PREVIEW_MS = 200;

/** A route that the user is changing. */
type Edit = {
  readonly version: number;
  readonly targets: readonly Target[] | undefined;
  readonly preview: Preview;
  readonly push: PushStart | undefined;
  readonly error: string | undefined;
  readonly conflict: boolean;
  /** The specification before the last change from here. */
  readonly before: Typed<'route'>['spec'] | undefined;
};

const edits = signal<ReadonlyMap<string, Edit>>(new Map());
let asking: AbortController | undefined;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** The page of a virtual service, with the edits of its routes. */
export function ConnectedService({ shown, at, model }: PageState): JSX.Element {
  const [name = ''] = shown.rest;
  const service = ofKind(model, 'virtualService').find((each) => each.name === name);
  const router = service?.spec.provider?.virtualRouter?.virtualRouterName;
  const routes = router === undefined ? [] : inMatchOrder(ofKind(model, 'route', router));
  const found =
    router === undefined ? undefined : find(model, { kind: 'virtualRouter', parent: '', name: router });
  const nodes = ofKind(model, 'virtualNode').map((each) => each.name);
  return (
    <ServicePage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      name={name}
      service={service}
      router={found}
      routes={routes.map((route) => cardOf(route, at, nodes))}
    />
  );
}

function cardOf(route: Typed<'route'>, at: PageState['at'], nodes: readonly string[]): RouteCardState {
  const id = keyOf(route);
  const key = `${at.owner}/${at.mesh}/${id}`;
  const edit = edits.value.get(key);
  const set = (change: Partial<Edit>): void => {
    const old = edits.value.get(key) ?? unchanged(route);
    edits.value = new Map([...edits.value, [key, { ...old, ...change }]]);
  };
  const save = async (spec: Typed<'route'>['spec'], version: number | undefined): Promise<void> => {
    const push = await beginPush();
    const outcome = await updateResource(at, route, spec, version);
    if (outcome.kind === 'conflict') return set({ conflict: true });
    if (outcome.kind === 'refused') return set({ error: outcome.message });
    replaceInModel({ ...route, spec, version: outcome.version });
    set({
      version: outcome.version,
      targets: undefined,
      preview: { state: 'none' },
      conflict: false,
      error: undefined,
      before: route.spec,
      push,
    });
  };
  const current = edit?.targets ?? targetsOf(route.spec);
  const changed = edit?.targets === undefined ? route.spec : withTargets(route.spec, edit.targets);
  const stale = edit?.targets !== undefined && edit.version !== route.version;
  const change = (targets: readonly Target[]): void => {
    const version = edit?.targets === undefined ? route.version : edit.version;
    set({
      version,
      targets: withShares(targets),
      preview: { state: 'checking' },
      push: undefined,
      error: undefined,
    });
    ask(async (signalled) => {
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
    error: edit?.error,
    writable: may.value('appmesh:UpdateRoute'),
    undoable: edit?.before !== undefined && edit.version === route.version,
    onWeight: (index, weight) =>
      change(current.map((target, place) => (place === index ? { ...target, weight } : target))),
    // A new target takes the port of the others, which have to be alike in this.
    onAdd: (virtualNode) => {
      const port = current[0]?.port;
      change([...current, { virtualNode, weight: 0, share: 0, ...(port === undefined ? {} : { port }) }]);
    },
    onReset: () => {
      ask(async () => {});
      set({ ...unchanged(route), before: edit?.before });
    },
    onApply: () => void save(changed, edit?.version),
    onOverwrite: () => void save(changed, undefined),
    onUndo: () => {
      if (edit?.before !== undefined) void save(edit.before, edit.version);
    },
  };
}

function unchanged({ version }: Typed<'route'>): Edit {
  return {
    version,
    targets: undefined,
    preview: { state: 'none' },
    push: undefined,
    error: undefined,
    conflict: false,
    before: undefined,
  };
}

/** Asks after a pause, and drops the question before it. */
function ask(question: (signalled: AbortSignal) => Promise<void>): void {
  asking?.abort();
  clearTimeout(waiting);
  const current = new AbortController();
  asking = current;
  waiting = setTimeout(() => void question(current.signal), PREVIEW_MS);
}
