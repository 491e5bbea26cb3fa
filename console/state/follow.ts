import { effect } from '@preact/signals';
import type { LiveFigures } from '../../common/contracts/reports.ts';
import { KEPT_SECONDS } from '../../common/contracts/reports.ts';
import type { ConsoleEvents, ConsoleSession } from '../../controlplane/console/contract.ts';
import type { Status } from '../../controlplane/status/status.ts';
import { call, CallError, onSessionEnd, query, useToken } from '../api/call.ts';
import type { MeshName } from '../api/kinds.ts';
import { readMesh, readMeshes, readResource } from '../api/resources.ts';
import { extended } from '../model/figures.ts';
import { KINDS, keyOf, type Kind, type Resource, type ResourceId } from '../model/resources.ts';
import {
  connected,
  figures,
  hasEnded,
  meshes,
  model,
  place,
  progress,
  proxyStatus,
  revision,
  session,
  status,
  type Loaded,
} from './state.ts';

/** How often the pages try again while the control plane does not answer, in milliseconds. */
const RETRY_MS = 2000;
/** How often the pages look for themselves, beside the events, in milliseconds. */
const LOOK_MS = 10_000;

/** Reads the session, and then all that the pages show. Called at the start, after signing in and after the control plane came back. */
export async function begin(): Promise<void> {
  const before = session.peek();
  session.value = await loaded<ConsoleSession>(() => call<ConsoleSession>('/console/session'));
  const current = session.value;
  if (isSignedIn(before) && current.state === 'ready' && current.value.state === 'signed out')
    hasEnded.value = true;
  if (isSignedIn(current)) hasEnded.value = false;
  if (current.state === 'failed' && current.code === 'away') {
    setTimeout(() => void begin(), RETRY_MS);
    return;
  }
  if (current.state !== 'ready' || current.value.state === 'signed out') return;
  useToken(current.value.token);
  await Promise.all([readAll(), readStatus()]);
}

function isSignedIn(found: Loaded<ConsoleSession>): boolean {
  return found.state === 'ready' && found.value.state === 'signed in';
}

/** Reads the names of the meshes, and the model of the one on view. */
export async function readAll(): Promise<void> {
  const found = await loaded(readMeshes);
  if (found.state === 'failed' && meshes.value.state === 'ready') return;
  meshes.value = found;
  await readModel();
}

/** Reads the model of the mesh on view. The page shows the old one until the new one is there. */
export async function readModel(): Promise<void> {
  const at = meshOnView();
  if (at === undefined) return;
  const shown = model.value;
  if (shown.state !== 'ready' || shown.value.mesh !== at.mesh) model.value = { state: 'loading' };
  const found = await loaded(() => readMesh(at));
  if (found.state === 'failed' && found.code === 'away' && model.value.state === 'ready') return;
  if (meshOnView()?.mesh === at.mesh) model.value = found;
}

/** Reads the state of all proxies. */
export async function readStatus(): Promise<void> {
  const found = await loaded(() => call<Status>('/status'));
  // While the control plane is away, the pages show the last state.
  if (found.state === 'failed' && found.code === 'away' && status.peek() !== undefined) return;
  proxyStatus.value = found;
}

/** The mesh that the address names, or the first one. */
export function meshOnView(): MeshName | undefined {
  const known = meshes.value.state === 'ready' ? meshes.value.value : [];
  const wanted = place.value;
  if (wanted === undefined) return known[0];
  return known.find(
    ({ mesh, owner }) => mesh === wanted.mesh && (wanted.owner === '' || wanted.owner === owner),
  );
}

async function loaded<T>(read: () => Promise<T>): Promise<Loaded<T>> {
  try {
    const value = await read();
    connected.value = true;
    return { state: 'ready', value };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    connected.value = error.code !== 'away';
    return { state: 'failed', message: error.message, code: error.code };
  }
}

/** Follows the mesh on view: its changes, its proxies and its figures, until it is another one. */
export function followMesh(): void {
  onSessionEnd(() => void begin());
  let stop = () => {};
  let followed = '';
  effect(() => {
    const ready = session.value.state === 'ready' && session.value.value.state !== 'signed out';
    const at = ready ? meshOnView() : undefined;
    const key = at === undefined ? '' : `${at.owner}/${at.mesh}`;
    if (key === followed) return;
    followed = key;
    stop();
    figures.value = undefined;
    progress.value = undefined;
    if (at === undefined) return;
    if (model.value.state !== 'ready' || model.value.value.mesh !== at.mesh) void readModel();
    stop = follow(at);
  });
}

function follow({ mesh, owner }: MeshName): () => void {
  let events = new EventSource(`/console/events${query({ mesh, owner: owner === '' ? undefined : owner })}`);
  let live = new EventSource(
    `/reports/stream${query({ mesh, meshOwner: owner === '' ? undefined : owner })}`,
  );
  let last = 0;
  const onEvents = (source: EventSource): void => {
    on(source, 'hello', (hello) => {
      connected.value = true;
      const known = revision.value;
      if (known !== 0 && hello.revision > known) void readAll();
      if (known !== 0) void readStatus();
      revision.value = hello.revision;
    });
    on(source, 'change', (change) => {
      revision.value = Math.max(revision.value, change.revision);
      void take(change, { mesh, owner });
    });
    on(source, 'progress', (value) => {
      progress.value = value;
      if (value.done) void readStatus();
    });
    on(source, 'proxies', () => void readStatus());
    on(source, 'ended', () => void begin());
  };
  const onFigures = (source: EventSource): void => {
    source.addEventListener('figures', ({ data }: MessageEvent<string>) => {
      const newer = JSON.parse(data) as LiveFigures;
      figures.value = extended(figures.value, newer, KEPT_SECONDS / newer.slotSeconds);
    });
  };
  onEvents(events);
  onFigures(live);
  // The browser connects again by itself, except after an error answer (503 beyond the limit of readers).
  const timer = setInterval(() => {
    if (Date.now() - last < LOOK_MS && connected.value) return;
    last = Date.now();
    const deaf = events.readyState !== EventSource.OPEN;
    if (events.readyState === EventSource.CLOSED) {
      events = new EventSource(events.url);
      onEvents(events);
    }
    if (live.readyState === EventSource.CLOSED) {
      live = new EventSource(live.url);
      onFigures(live);
    }
    void look(deaf);
  }, RETRY_MS);
  return () => {
    clearInterval(timer);
    events.close();
    live.close();
  };
}

/** Looks at the proxies, and at the model if the events do not tell of its changes. */
async function look(deaf: boolean): Promise<void> {
  const wasAway = !connected.value;
  await readStatus();
  if (connected.value && (deaf || wasAway || model.value.state === 'failed')) await readAll();
}

function on<K extends keyof ConsoleEvents>(
  source: EventSource,
  name: K,
  receive: (value: ConsoleEvents[K]) => void,
): void {
  source.addEventListener(name, ({ data }: MessageEvent<string>) =>
    receive(JSON.parse(data) as ConsoleEvents[K]),
  );
}

/** Reads the resources that changed, and puts them into the model. */
async function take({ changes }: ConsoleEvents['change'], at: MeshName): Promise<void> {
  if (changes.some(({ resource }) => resource.kind === 'mesh')) return readAll();
  const ids = changes.flatMap(({ resource: { kind, parent, name } }): ResourceId[] =>
    KINDS.includes(kind as Kind) ? [{ kind: kind as Kind, parent, name }] : [],
  );
  const found = await loaded(() => Promise.all(ids.map((id) => readResource(at, id))));
  if (found.state !== 'ready' || model.value.state !== 'ready') return;
  const changed = new Set(ids.map(keyOf));
  const kept = model.value.value.resources.filter((each) => !changed.has(keyOf(each)));
  const resources = [...kept, ...found.value.flatMap((each) => each ?? [])];
  model.value = { state: 'ready', value: { ...model.value.value, resources } };
}

/** Puts a resource into the model as the API just answered it, before the event of its change comes. */
export function replaceInModel(resource: Resource): void {
  if (model.value.state !== 'ready') return;
  const kept = model.value.value.resources.filter((each) => keyOf(each) !== keyOf(resource));
  model.value = { state: 'ready', value: { ...model.value.value, resources: [...kept, resource] } };
}
