import { effect, signal } from '@preact/signals';
import type { LiveFigures } from '../../common/contracts/reports.ts';
import { KEPT_SECONDS } from '../../common/contracts/reports.ts';
import type { ConsoleEvents, ConsoleSession } from '../../controlplane/console/contract.ts';
import type { Status } from '../../controlplane/status/status.ts';
import { call, CallError, onSessionEnd, query, useToken } from '../api/call.ts';
import type { MeshName } from '../api/kinds.ts';
import { readMesh, readMeshes, readResource } from '../api/resources.ts';
import { extended } from '../model/figures.ts';
import { createModelReader, type ModelReader } from './model-reader.ts';
import { KINDS, keyOf, type Kind, type Resource, type ResourceId } from '../model/resources.ts';
import { isOtherUser, isSignedIn } from './signed-in.ts';
import { together } from './together.ts';
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

/** Whether events of changes and pushes come. */
export const listening = signal(false);

/** Reads the session, and then all that the pages show. Called at the start, after signing in and after the control plane came back. */
export async function begin(): Promise<void> {
  const before = session.peek();
  session.value = await loaded<ConsoleSession>(() => call<ConsoleSession>('/console/session'));
  const current = session.value;
  // The page still shows the data of the previous user.
  if (isOtherUser(current)) return location.reload();
  if (isSignedIn(before) && current.state === 'ready' && current.value.state === 'signed out')
    hasEnded.value = true;
  if (isSignedIn(current)) hasEnded.value = false;
  if (current.state === 'failed' && current.code === 'away') {
    setTimeout(() => void begin(), RETRY_MS);
    return;
  }
  if (current.state !== 'ready' || current.value.state === 'signed out') return;
  useToken(current.value.token);
  // The map needs the model first: of a large mesh, both answers take the control plane a while.
  await readAll();
  await readStatus();
}

/** Reads the names of the meshes, and the model of the one on view. */
export async function readAll(): Promise<void> {
  await readNames();
  await readModel();
}

/** Reads the names of the meshes. The page keeps the old ones if they cannot be read, or are the same. */
async function readNames(): Promise<void> {
  const found = await loaded(readMeshes);
  const { value } = meshes;
  const isKept =
    found.state === 'failed' ? value.state === 'ready' : JSON.stringify(found) === JSON.stringify(value);
  if (!isKept) meshes.value = found;
}

/** Reads the model of the mesh on view. The page shows the old one until the new one is there. */
async function readModel(): Promise<void> {
  const at = meshOnView();
  if (at === undefined) return;
  await readerOf(at).readAll();
}

let reader: { readonly at: MeshName; readonly model: ModelReader } | undefined;

/** The reader of the mesh on view; a new one for another mesh. */
function readerOf(at: MeshName): ModelReader {
  if (reader !== undefined && isSame(reader.at, at)) return reader.model;
  const isOnView = (): boolean => reader !== undefined && isSame(reader.at, at);
  model.value = { state: 'loading' };
  const created = createModelReader({
    readMesh: (tag) => readMesh(at, tag),
    readResource: (id) => readResource(at, id),
    shown() {
      const current = model.peek();
      return isOnView() && current.state === 'ready' ? current.value : undefined;
    },
    show(value) {
      connected.value = true;
      if (isOnView()) model.value = { state: 'ready', value };
    },
    fail(error) {
      const failed = failureOf(error);
      // A control plane that is away takes nothing from the page.
      const isKept = failed.code === 'away' && model.peek().state === 'ready';
      if (isOnView() && !isKept) model.value = failed;
    },
  });
  reader = { at, model: created };
  return created;
}

function isSame(a: MeshName, b: MeshName): boolean {
  return a.mesh === b.mesh && a.owner === b.owner;
}

/** Reads the state of all proxies; together with other calls of this time, because it is a long answer where there are many. */
export const readStatus = together(async () => {
  const found = await loaded(() => call<Status>('/status'));
  // While the control plane is away, the pages show the last state.
  if (found.state === 'failed' && found.code === 'away' && status.peek() !== undefined) return;
  proxyStatus.value = found;
});

/** Returns the mesh that the address names, or the first one. */
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
    return failureOf(error);
  }
}

function failureOf(error: unknown): Extract<Loaded<never>, { state: 'failed' }> {
  if (!(error instanceof CallError)) throw error;
  connected.value = error.code !== 'away';
  return { state: 'failed', message: error.message, code: error.code };
}

/** Follows the mesh on view: its changes, its proxies and its figures, until it is another one. */
export function followMesh(): void {
  onSessionEnd(() => void begin());
  let stop = () => {};
  let followed = '';
  // As long as there is no mesh to follow, no event tells of a new one.
  setInterval(() => {
    const wants = session.value.state === 'ready' && session.value.value.state !== 'signed out';
    const { value } = meshes;
    const mayCome = value.state === 'ready' || (value.state === 'failed' && value.code === 'away');
    if (wants && mayCome && !isHidden() && meshOnView() === undefined) void readAll();
  }, RETRY_MS);
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
    // The streams begin after the model is there: the control plane then asks each agent for its figures.
    stop = follow(at, readModel());
  });
}

/** `start`: when to begin. Returns a function that ends it. */
function follow(at: MeshName, start: Promise<void>): () => void {
  let streams: Streams | undefined;
  let isOver = false;
  // All was read at the start.
  let last = Date.now();
  // The browser connects again by itself, except after an error answer (503 beyond the limit of readers).
  const timer = setInterval(() => {
    if (streams === undefined || (Date.now() - last < LOOK_MS && connected.value)) return;
    last = Date.now();
    const deaf = !streams.isOpen();
    if (streams.isRefused()) {
      streams.close();
      streams = openStreams(at);
    }
    void look(deaf);
  }, RETRY_MS);
  // A page that is not seen gives its connections back: a browser has six to a server, for all of its pages together.
  const onVisibility = (): void => {
    if (isOver) return;
    if (isHidden()) streams?.close();
    streams = isHidden() ? undefined : (streams ?? openStreams(at));
  };
  void start.finally(() => {
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
  });
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', onVisibility);
    clearInterval(timer);
    streams?.close();
  };
}

function isHidden(): boolean {
  return document.visibilityState === 'hidden';
}

type Streams = {
  /** Whether events come. */
  readonly isOpen: () => boolean;
  /** Whether the control plane refused a stream, so that the browser does not try again. */
  readonly isRefused: () => boolean;
  readonly close: () => void;
};

/** Opens the streams of events and of figures of a mesh. The first event tells whether anything was missed. */
function openStreams(at: MeshName): Streams {
  const { mesh } = at;
  const owner = at.owner === '' ? undefined : at.owner;
  const events = new EventSource(`/console/events${query({ mesh, owner })}`);
  const live = new EventSource(`/reports/stream${query({ mesh, meshOwner: owner })}`);
  on(events, 'hello', (hello) => {
    connected.value = true;
    listening.value = true;
    if (revision.value !== 0) void readStatus();
    revision.value = hello.revision;
    void readerOf(at).atLeast(hello.revision);
  });
  on(events, 'change', (change) => {
    revision.value = Math.max(revision.value, change.revision);
    void take(change, at);
  });
  on(events, 'progress', (value) => {
    progress.value = value;
    if (value.done) void readStatus();
  });
  on(events, 'proxies', () => void readStatus());
  on(events, 'ended', () => void begin());
  events.addEventListener('error', () => {
    listening.value = false;
  });
  live.addEventListener('figures', ({ data }: MessageEvent<string>) => {
    const newer = JSON.parse(data) as LiveFigures;
    figures.value = extended(figures.value, newer, KEPT_SECONDS / newer.slotSeconds);
  });
  return {
    isOpen: () => events.readyState === EventSource.OPEN,
    isRefused: () => [events, live].some(({ readyState }) => readyState === EventSource.CLOSED),
    close() {
      listening.value = false;
      events.close();
      live.close();
    },
  };
}

/** Looks at the proxies, and at the model if the events do not tell of its changes. */
async function look(deaf: boolean): Promise<void> {
  const wasAway = !connected.value;
  await readStatus();
  if (connected.value && (deaf || wasAway || model.value.state === 'failed')) await readAll();
  // The events are those of the mesh on view.
  else await readNames();
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
async function take({ changes, revision: at }: ConsoleEvents['change'], mesh: MeshName): Promise<void> {
  if (changes.some(({ resource }) => resource.kind === 'mesh')) return readAll();
  const ids = changes.flatMap(({ resource: { kind, parent, name } }): ResourceId[] =>
    KINDS.includes(kind as Kind) ? [{ kind: kind as Kind, parent, name }] : [],
  );
  return readerOf(mesh).changed(ids, at);
}

/** Puts a resource into the model as the API just answered it, before the event of its change comes. */
export function replaceInModel(resource: Resource): void {
  if (model.value.state !== 'ready') return;
  const kept = model.value.value.resources.filter((each) => keyOf(each) !== keyOf(resource));
  model.value = { state: 'ready', value: { ...model.value.value, resources: [...kept, resource] } };
}
